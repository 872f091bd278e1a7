"""How an installation gets its people: the administrator from the command line, the others by one-time links."""

from playwright.sync_api import Page

from tests.journeys.stage import Stage

AGENCY = "云溪区图书馆"


def move_in(stage: Stage) -> None:
    """The administrator comes in, adds an agency, and brings in everybody else."""
    link = stage.command("create-admin", "--place", "云溪区").splitlines()[0]
    stage.visitor("admin", kind="desk").goto("login")
    stage.look(stage.visitor("admin"), "login")
    admin = stage.come_in(link, "admin")
    stage.look(admin, "person-list")
    add_agency(stage, admin)
    for login, name, role in (
        ("filer", "何小雨", "填报人"),
        ("reviewer", "沈立夏", "审核人"),
        ("desk", "陆知秋", "签到人员"),
    ):
        invite(stage, admin, login, name, role, AGENCY)
    for login, name in (("officer", "周清明"), ("second", "谢白露")):
        invite(stage, admin, login, name, "政务公开办", None)


def add_agency(stage: Stage, admin: Page) -> None:
    """The administrator adds the agency of the story."""
    admin.get_by_role("link", name="单位", exact=True).click()
    admin.get_by_label("单位名称").fill(AGENCY)
    admin.get_by_label("联系电话").fill("0000-8880000")
    admin.get_by_role("button", name="添加单位").click()
    admin.get_by_role("rowheader", name=AGENCY).wait_for()
    stage.look(admin, "agency-list")


def invite(stage: Stage, admin: Page, login: str, name: str, role: str, agency: str | None) -> None:
    """The administrator brings somebody in, who sets a password through their link and logs in."""
    admin.get_by_role("link", name="人员", exact=True).click()
    admin.get_by_role("link", name="添加人员").click()
    if login == "filer":
        stage.look(admin, "person-new")
    admin.get_by_label("姓名").fill(name)
    admin.get_by_label("用户名").fill(login)
    if agency:
        admin.get_by_label("所属单位").select_option(label=agency)
    admin.get_by_role("checkbox", name=role).check()
    admin.get_by_role("button", name="保存并生成链接").click()
    link = admin.locator("code").inner_text()
    if login == "filer":
        stage.look(admin, "invitation-link")
        stage.visitor(login, kind="desk").goto(link)
        stage.look(stage.visitor(login), "invitation")
    stage.come_in(link, login, kind="phone" if login == "desk" else "desk")
