"""Forms of log-in, invitations and the directory."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Optional, Regexp

from openday.errors import Refused
from openday.rules.permissions import Role
from openday.rules.plan_states import ReviewStep
from openday.rules.privacy import clean_text
from openday.services.agencies import NewAgency
from openday.services.people import LONGEST_PASSWORD, SHORTEST_PASSWORD, NewUser
from openday.web.forms.texts import one_line

MAILBOX = r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\"]+\Z"
"""One plain mail address; what the mail server makes of it is another matter."""
_MAILBOX_WRONG = "电子邮箱格式不正确，例如 name@example.org"


class LoginForm(FlaskForm):
    """用户名 and 密码."""

    login = StringField(
        "用户名", [InputRequired("请填写用户名"), Length(max=100, message="用户名最多100个字符")], filters=[one_line]
    )
    password = PasswordField("密码", [InputRequired("请填写密码"), Length(max=200, message="密码最多200个字符")])


_LENGTH = f"密码应为{SHORTEST_PASSWORD}至{LONGEST_PASSWORD}个字符"


class PasswordForm(FlaskForm):
    """A new password, typed twice."""

    password = PasswordField(
        "新密码",
        [InputRequired("请填写新密码"), Length(min=SHORTEST_PASSWORD, max=LONGEST_PASSWORD, message=_LENGTH)],
    )
    again = PasswordField("再输入一次", [EqualTo("password", "两次输入的密码不一致")])


class PersonForm(FlaskForm):
    """A new user; the view fills in the agencies and the roles that may be given."""

    name = StringField("姓名", [InputRequired("请填写姓名"), Length(max=50, message="姓名最多50个字")])
    login = StringField(
        "用户名",
        [
            InputRequired("请填写用户名"),
            Regexp(r"[A-Za-z0-9._-]{2,50}\Z", message="用户名应为2至50个字母、数字、点或横线"),
        ],
    )
    email = StringField(
        "电子邮箱", [Optional(), Length(max=200), Regexp(MAILBOX, message=_MAILBOX_WRONG)], filters=[one_line]
    )
    agency_id = SelectField("所属单位", coerce=int, validators=[Optional()])
    roles = SelectMultipleField("角色", validators=[InputRequired("请至少选择一个角色")])

    def new_user(self) -> NewUser:
        """The shape-checked user.

        Raises:
            Refused: the name holds nothing but white space.
        """
        name = clean_text(str(self.name.data), limit=50)
        if not name:
            raise Refused("请填写姓名", field="name")
        return NewUser(
            login=str(self.login.data),
            name=name,
            email=str(self.email.data or "").strip(),
            roles=frozenset(Role(role) for role in self.roles.data or []),
            agency_id=self.agency_id.data or None,
        )


class RolesForm(FlaskForm):
    """The roles of somebody who is there already."""

    roles = SelectMultipleField("角色", validators=[InputRequired("请至少选择一个角色")])

    def chosen(self) -> frozenset[Role]:
        """The roles as the rules know them."""
        return frozenset(Role(role) for role in self.roles.data or [])


class AgencyForm(FlaskForm):
    """A new agency."""

    name = StringField("单位名称", [InputRequired("请填写单位名称"), Length(max=100, message="单位名称最多100个字")])
    jurisdiction_id = SelectField("所属区划", coerce=int)
    new_place = StringField("下一级区划（如需新建）", [Optional(), Length(max=50, message="区划名称最多50个字")])
    phone = StringField("联系电话", [Optional(), Length(max=50, message="联系电话最多50个字符")])
    reviews = BooleanField("设有审核人：计划须先经单位审核再报送", default=True)

    def new_agency(self) -> NewAgency:
        """The shape-checked agency."""
        return NewAgency(
            name=clean_text(str(self.name.data), limit=100),
            jurisdiction_id=int(self.jurisdiction_id.data),
            new_place=clean_text(str(self.new_place.data or ""), limit=50),
            phone=clean_text(str(self.phone.data or ""), limit=50),
            reviews=bool(self.reviews.data),
        )


class AgencyChangeForm(FlaskForm):
    """What can be put right about an agency; `seen` tells two editors apart."""

    name = StringField("单位名称", [InputRequired("请填写单位名称"), Length(max=100, message="单位名称最多100个字")])
    phone = StringField("联系电话", [Optional(), Length(max=50, message="联系电话最多50个字符")])
    seen = HiddenField()

    def said(self) -> tuple[str, str]:
        """Name and telephone, cleaned; call it after `validate_on_submit`."""
        return clean_text(str(self.name.data), limit=100), clean_text(str(self.phone.data or ""), limit=50)


class ReviewStepsForm(FlaskForm):
    """Which steps the plans of an agency pass before they leave it."""

    steps = SelectMultipleField("审核环节", choices=[(step.value, step.label) for step in ReviewStep])

    def chosen(self) -> frozenset[ReviewStep]:
        """The steps as the rules know them."""
        return frozenset(ReviewStep(step) for step in self.steps.data or [])
