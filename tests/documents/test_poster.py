"""The venue poster, looked at as a printed page: rendered, scanned, and its text read back."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

import pypdfium2
import pytest
from pyzbar import pyzbar

from openday.documents.poster import LONGEST, Poster, poster_pdf

POSTER = Poster(
    brand="公开聊亮 · 青田市政府开放月",
    theme="一滴水的旅程——走进第一水厂",
    when="2026年9月16日（星期三）14:00–16:00",
    where="第一水厂（滨江路与建设路口）",
    agency="青田市水务局",
    audience="企业代表 10 人、市民代表 20 人",
    how="扫码报名，先到先得；也可拨打 0578-0000000",
    url="https://www.example.gov.cn/kaifang/a/7Q2M9-RT4KX",
    deadline="2026年9月10日（星期四）18:00",
    footer="青田市人民政府政务公开办公室 监督电话 0578-0000000",
)
LONG = Poster(
    brand="公开聊亮" * 30,
    theme="“建好国家陶瓷文化传承创新试验区 打造对外文化交流新平台”主题活动暨政务公开进社区系列活动" * 10,
    when="每个开放月的第一周，正式参观时间由开放单位决定" * 20,
    where="第二办公区空气自动监测子站、污水处理厂（一期）、生活垃圾焚烧发电厂" * 20,
    agency="农业系统（9个县市区农产品质量安全检测中心及乡镇检测室）" * 20,
    audience="专家、学者、记者、职工、企业家、社区工作者、服务对象、义务监督员等" * 20,
    how="将姓名、工作单位、联系电话发送至 office@example.gov.cn" * 20,
    url="https://www.example.gov.cn/" + "kaifang/" * 40,
    deadline="2026年9月10日（星期四）18:00" * 20,
    footer="青田市人民政府政务公开办公室" * 20,
)
PLACED = re.compile(r"[\s\u200b]")


def opened(poster: Poster) -> pypdfium2.PdfPage:
    pdf = pypdfium2.PdfDocument(poster_pdf(poster))
    assert len(pdf) == 1, "a poster is one page"
    return pdf[0]


def text_of(page: pypdfium2.PdfPage) -> str:
    """All text of the page without its white space, which only says where lines ended."""
    return PLACED.sub("", page.get_textpage().get_text_range())


def scanned(page: pypdfium2.PdfPage) -> list[str]:
    return [code.data.decode() for code in pyzbar.decode(page.render(scale=3).to_pil())]


def test_everything_that_a_passer_by_needs_is_printed() -> None:
    printed = text_of(opened(POSTER))
    for text in asdict(POSTER).values():
        assert PLACED.sub("", text) in printed
    for label in ("活动时间", "活动地点", "主办单位", "活动对象", "报名方式", "报名截止"):
        assert label in printed


def test_the_address_can_be_copied_out_of_the_document() -> None:
    assert POSTER.url in opened(POSTER).get_textpage().get_text_range()


def test_a_phone_reads_the_code_below_the_middle_of_the_page() -> None:
    page = opened(POSTER)
    picture = page.render(scale=3).to_pil()
    [code] = pyzbar.decode(picture)
    assert code.data.decode() == POSTER.url
    assert code.rect.top > picture.height / 2
    assert code.rect.width > 0.22 * picture.width, "large enough to be read from two steps away"
    assert abs(code.rect.left + code.rect.width / 2 - picture.width / 2) < 0.01 * picture.width


def test_the_page_is_a4_white_and_has_one_red() -> None:
    page = opened(POSTER)
    assert [round(length * 25.4 / 72) for length in page.get_size()] == [210, 297]
    colours = page.render(scale=2).to_pil().convert("RGB").getcolors(1 << 24)
    assert colours is not None
    ground = max(colours)[1]
    assert ground == (255, 255, 255)
    coloured = [(count, colour) for count, colour in colours if max(colour) - min(colour) > 60]
    assert max(coloured)[1] == (0xA8, 0x20, 0x1A)
    shades = [(red, green, blue) for _, (red, green, blue) in coloured]
    assert all(red > green and abs(green - blue) < 10 for red, green, blue in shades), (
        "soft edges of that red, no other"
    )


@pytest.mark.parametrize("poster", [POSTER, LONG], ids=["usual", "very long"])
def test_nothing_runs_out_of_the_page_or_over_something_else(poster: Poster) -> None:
    page = opened(poster)
    width, height = page.get_size()
    text = page.get_textpage()
    boxes = [text.get_charbox(at) for at in range(text.count_chars())]
    for left, bottom, right, top in boxes:
        assert 60 < left <= right < width - 60
        assert 30 < bottom <= top < height - 30
    assert scanned(page) == [poster.url], "nothing lies over the code"


def test_texts_beyond_all_measure_are_cut_where_it_shows() -> None:
    printed = text_of(opened(LONG))
    assert PLACED.sub("", LONG.url) in printed, "an address is never cut"
    for name, longest in LONGEST.items():
        whole = asdict(LONG)[name]
        assert PLACED.sub("", whole[: longest - 3]) in printed
        assert PLACED.sub("", whole) not in printed
    assert printed.count("…") + printed.count("⋯") == len(LONGEST)


@pytest.mark.parametrize(
    "text",
    [
        "#panic()",
        '#read("/etc/passwd")',
        "$x^2$",
        "*重*_要_",
        "<label>",
        "@ref",
        "\\u{41}",
        "// 注释",
        "/* x",
        "`x`",
        "= 标题",
    ],
)
def test_markup_is_printed_as_it_stands(text: str) -> None:
    words = {name: f"甲{text}乙" for name in asdict(POSTER) if name != "url"}
    assert text_of(opened(replace(POSTER, **words))).count(PLACED.sub("", f"甲{text}乙")) == len(words)


def test_control_characters_and_line_ends_do_no_harm() -> None:
    printed = text_of(opened(replace(POSTER, theme="走\x00进\r\n水\x1b厂\ud800")))
    assert "走进水厂" in printed


def test_a_word_that_is_wider_than_the_page_is_broken() -> None:
    page = opened(replace(POSTER, theme="W" * 100, how="x" * 120))
    text = page.get_textpage()
    assert max(text.get_charbox(at)[2] for at in range(text.count_chars())) < page.get_width() - 60
    assert "W" * 100 in text_of(page)


def test_lines_with_nothing_to_say_are_left_out() -> None:
    page = opened(Poster("", "公开日", "9月中旬（时间待定）", "", "市水务局", "", "", "", "", ""))
    assert text_of(page) == "公开日活动时间9月中旬（时间待定）主办单位市水务局"
    assert scanned(page) == []


def test_a_poster_of_nothing_is_still_a_page() -> None:
    assert text_of(opened(Poster(*[""] * 10))) == ""


def test_an_address_too_long_for_a_code_is_refused() -> None:
    with pytest.raises(ValueError, match="QR code"):
        poster_pdf(replace(POSTER, url="https://www.example.gov.cn/" + "x" * 5000))


def test_the_same_poster_gives_the_same_bytes_also_side_by_side() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(poster_pdf, [POSTER] * 8))
    assert made == {poster_pdf(replace(POSTER))}
