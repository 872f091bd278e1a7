"""Forms of log-in, invitations and the directory."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length


class LoginForm(FlaskForm):
    """用户名 and 密码."""

    login = StringField("用户名", [InputRequired("请填写用户名"), Length(max=100, message="用户名最多100个字符")])
    password = PasswordField("密码", [InputRequired("请填写密码"), Length(max=200, message="密码最多200个字符")])
