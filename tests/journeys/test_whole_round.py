"""One activity from the office's call to the published summary, as the people of product.md live it."""

from collections.abc import Callable

import pytest

from tests.journeys.people import move_in
from tests.journeys.stage import Stage
from tests.journeys.story import aftermath, door, filing, public, summary

SCENES: tuple[Callable[[Stage], None], ...] = (
    move_in,
    filing.the_office_opens_a_call,
    filing.a_filer_files_with_a_vague_time,
    filing.her_reviewer_sends_it_on,
    filing.the_office_returns_it_with_a_word_at_the_field,
    filing.she_mends_it_and_sends_it_again,
    filing.the_office_puts_it_on_record,
    public.the_office_publishes_it_as_vague_as_it_is,
    public.it_firms_up_under_the_same_address,
    public.residents_sign_up_by_the_code_in_the_picture,
    public.the_next_ones_wait_in_order,
    public.a_cancelled_seat_goes_to_the_first_who_waits,
    public.a_smaller_party_lets_the_next_one_in,
    door.the_filer_names_who_stands_at_the_door,
    door.a_party_is_let_in_by_its_ticket,
    door.a_mistake_is_undone_and_done_again_by_the_last_four_digits,
    door.somebody_walks_in,
    door.the_day_ends,
    aftermath.a_visitor_answers_the_survey,
    aftermath.she_leaves_a_suggestion,
    aftermath.the_office_takes_it_up,
    aftermath.the_agency_answers_with_four_eyes,
    aftermath.the_office_makes_the_answer_public,
    aftermath.the_agency_reports_how_the_day_went,
    summary.the_office_exports_what_was_typed,
    summary.the_numbers_add_up,
)


@pytest.mark.journey
def test_one_activity_goes_from_the_call_to_the_published_summary(stage: Stage) -> None:
    with stage.photographed_if_it_fails():
        for scene in SCENES:
            scene(stage)
