"""What the inner layers say to visitors, in the visitor's language.

Use-cases, rules and forms speak Chinese and know no catalogue. Here stands every sentence of theirs that a visitor can
meet; what varies in it is a place such as `%(n)s`. A sentence that is missing stays Chinese, and fails a test.
"""

import re
from datetime import datetime
from functools import cache

from flask_babel import gettext

from openday.rules import wording_en
from openday.web.pages import language


def N_(sentence: str) -> str:
    """The sentence itself; the name is what the extraction looks for."""
    return sentence


SENTENCES = (
    # Being told of changes
    N_("请填写接收通知的地址"),
    N_("请填写电子邮箱或手机号码，例如 name@example.com"),
    N_("请填写电子邮箱，例如 name@example.com"),
    N_("地址最多%(limit)s个字"),
    N_("这项活动已经结束或取消，不再发送通知"),
    N_("没有找到这项登记，可能已经撤销，或在活动结束后删除"),
    # Checking in by oneself
    N_("凭证号"),
    N_("手机号码后4位"),
    N_("凭证号为6位数字"),
    N_("请填写手机号码最后4位数字"),
    N_("凭证号与手机号码后4位不符，请核对后再提交，或者到签到处办理"),
    N_("签到码已过期，请重新扫描现场的二维码"),
    N_("现在不能自助签到，请到签到处办理"),
    # Sign-up and tickets
    N_("请填写姓名"),
    N_("请填写手机号码"),
    N_("手机号码应为11位数字，例如 13800000000"),
    N_("这里请填写手机号码，不能填写固定电话。手机号码应为11位数字，例如 13800000000"),
    N_("报名人数应为整数，例如 2"),
    N_("报名人数应为1人，本活动每次只能报1人"),
    N_("报名人数应为1至%(limit)s人（含本人）"),
    N_("本场名额共%(seats)s个，报名人数应不超过%(most)s人"),
    N_("请选择报名类别"),
    N_("电子邮箱格式不正确，例如 name@example.com"),
    N_("请勾选同意后再提交"),
    N_("提交标识应为1至%(limit)s个字符，请刷新页面后重新填写"),
    N_("系统繁忙，本次报名没有保存，请用同一页面再提交一次"),
    N_("这份表单此前已经提交过，且内容与这次不同。如需另外报名，请重新打开报名页面填写。"),
    N_("同一手机号码每场只能报名一次，原来的报名仍然有效。"),
    N_("本活动每个手机号码只能报名一场，这个号码已报名其中一场，原来的报名仍然有效。"),
    N_("空出的名额正在按次序补给候补人员。"),
    N_("请先确认是否参加，确认之后可以修改人数"),
    N_("补位名额保留到%(moment)s，现已转给后面的候补人员"),
    N_("这份报名目前没有等待确认的补位名额"),
    N_("名额已满。"),
    N_("剩余%(free)s个名额，不够一行%(people)s人。"),
    N_("本场活动已取消，不再接受报名"),
    N_("本场活动延期举办，新的时间另行通知，暂停报名"),
    N_("本场活动延期举办，新的时间确定之前不能修改人数"),
    N_("本场活动无需报名，请按公布的时间直接前往"),
    N_("本场活动不公开报名，参加人员由举办单位邀请"),
    N_("本场活动为定向邀请，不公开报名。已收到邀请的，请打开邀请中的链接答复"),
    N_("这份邀请已经撤回，如有疑问请与举办单位联系"),
    N_("您已答复参加。如不能前来，请打开报名凭证取消。"),
    N_("本场活动已改为其他报名方式，请打开活动页面查看"),
    N_("报名尚未开始，开始时间为%(moment)s"),
    N_("报名已于%(moment)s截止"),
    N_("剩余名额不够再增加%(more)s人，原来的报名没有变动。"),
    N_("这份报名刚刚签到，人数不能再修改"),
    N_("这份报名刚刚签到，不能再取消"),
    N_("这份报名已经取消，不能再修改"),
    N_("这份报名已经签到，不能再修改或取消"),
    N_("这份报名未通过审核或未中签，不能再修改"),
    N_("摇号名单已经确定，不再接受报名"),
    N_("摇号名单已经公布，摇号结束前不能修改人数，可以取消报名"),
    N_("请填写报名凭证编号"),
    N_("本场活动已取消，报名无需再作修改"),
    N_("活动已经开始，不能再修改或取消报名"),
    # The further fields of a sign-up form, and the names of what was answered
    N_("%(question)s：请从所列选项中选择"),
    N_("%(question)s应为整数，例如 2"),
    N_("%(question)s应为日期，例如 2018-09-01"),
    N_("%(question)s应为2至60个字，可含汉字、数字、字母和括号"),
    N_("%(question)s应在%(low)s至%(high)s之间"),
    N_("%(question)s应不小于%(low)s"),
    N_("%(question)s应不大于%(high)s"),
    N_("报名人数为1人，不用填写同行人姓名；有同行人的请修改报名人数"),
    N_("请填写%(wanted)s位同行人的姓名，每行一人，现在有%(count)s人"),
    N_("同行人姓名每人最多%(limit)s个字"),
    N_("请选择参加人员中有没有未满14周岁的儿童"),
    N_("请填写监护人姓名"),
    N_("请填写监护人手机号码"),
    N_("请由监护人勾选同意"),
    N_("请选择是否同意拍照"),
    N_("请确认符合参加条件"),
    N_("请选择证件类型"),
    N_("%(document)s号码过长，请核对"),
    N_("请填写%(document)s号码"),
    N_("%(document)s号码应为18位数字，或3个字母加12位数字，请核对"),
    N_("%(document)s号码应为5至15个字母或数字，请核对"),
    N_("%(document)s号码应为字母H或M加8位数字，请核对"),
    N_("%(document)s号码应为8位数字，请核对"),
    N_("%(document)s号码的校验位不符，请逐位核对"),
    N_("居民身份证号码应为18位，最后一位可以是X，请核对"),
    N_("居民身份证号码中的出生日期不存在，请核对第7至14位"),
    N_("按证件号码，活动当天的年龄不在本场的年龄范围内"),
    N_("按%(question)s，活动当天的年龄不在本场的年龄范围内"),
    N_("%(question)s不正确，请核对年份"),
    N_("这一页打开后报名表有改动，现已更新，所填内容没有丢失，请再提交一次"),
    N_("填写的内容过多，没有保存"),
    # What the holder of a ticket may change, take along and have deleted
    N_("活动已经开始，不能再修改"),
    N_("本场活动延期举办，新的时间确定之前不能修改"),
    N_("这份报名已经签到，不能再修改"),
    N_("这份报名刚刚签到，不能再修改"),
    N_("这份报名没有可以修改的其他信息"),
    N_("监护人手机号码需要短信验证，不能在这里更换；请取消后重新报名，或致电举办单位"),
    N_("您已经报名这一场，没有改动"),
    N_("这份报名刚刚改过场次，请重新打开报名凭证查看"),
    N_("这份报名刚刚改到了另一场，请重新打开报名凭证查看"),
    N_("请先确认是否参加，确认之后可以改到其他场次"),
    N_("本场活动已取消，不再接受报名，原来的报名没有变动"),
    N_("报名已于%(moment)s截止，原来的报名没有变动"),
    N_("报名尚未开始，开始时间为%(moment)s，原来的报名没有变动"),
    N_("本场活动延期举办，新的时间另行通知，暂停报名，原来的报名没有变动"),
    N_("两场的报名方式不同，不能直接改过去。请先取消，再重新报名"),
    N_("名额是按本场的审核或摇号结果产生的，不能改到其他场次"),
    N_("摇号名单已经公布，不能再改场次"),
    N_("个人信息已经删除，这份报名不能再改场次"),
    N_("这个手机号码已经报名那一场，原来的报名没有变动"),
    N_("请选择场次"),
    N_("场次"),
    N_("这一场的报名表与原来的不同，请先取消，再重新报名"),
    N_("那一场报名时另有短信验证或公示名单的要求，不能直接改过去。请先取消，再重新报名"),
    N_("那一场名额共%(seats)s个，不够一行%(people)s人，原来的报名没有变动"),
    N_("那一场刚刚满额，原来的报名没有变动"),
    N_("这份报名刚刚签到，不能再改场次"),
    N_("与报名时填写的手机号码不一致，请核对后再试"),
    N_("个人信息已经删除，没有可以下载的内容"),
    N_("手机号码填错的次数过多，请在%(minutes)s分钟后再试"),
    N_("这份报名已经签到，活动结束后可以删除"),
    N_("活动正在进行，签到还要用到这些信息，结束后可以删除"),
    N_("这份报名刚刚签到，活动结束后可以删除"),
    N_("这个手机号码24小时内已查找%(times)s次，请在%(hours)s小时后再试，或致电举办单位查询"),
    N_("公示已经结束，名单不再显示。"),
    N_("报名成功"),
    N_("候补中"),
    N_("待审核或摇号"),
    N_("未通过或未中签"),
    N_("已取消"),
    N_("补位待确认"),
    N_("网上"),
    N_("电话"),
    N_("窗口"),
    N_("纸质"),
    N_("现场"),
    N_("邮件"),
    # Codes sent to telephones
    N_("请填写短信验证码"),
    N_("短信验证码应为6位数字"),
    N_("请先获取并填写短信验证码"),
    N_("还没有向这个手机号码发送验证码，请先获取"),
    N_("短信验证码已过期，请重新获取"),
    N_("短信验证码已经用过，请重新获取"),
    N_("短信验证码不正确，请核对，还可以填写%(left)s次"),
    N_("短信验证码填错次数过多，请重新获取"),
    N_("尾号%(last)s的手机号码刚刚发送过验证码，请在%(seconds)s秒后再获取"),
    N_("尾号%(last)s的手机号码24小时内的验证码已发完，请在%(hours)s小时后再获取，或致电举办单位报名"),
    N_("本站现在不能发送短信，请致电举办单位报名"),
    N_("这一页打开的时间较长，现已更新，请再点一次按钮"),
    N_("监护人同意"),
    N_("手机号码已用短信验证码验证"),
    N_("由工作人员当面或电话确认"),
    N_("在线勾选，待工作人员核实"),
    N_("没有找到保存的报名表，可能已经提交，或者超过了保存时间。请重新填写。"),
    N_("同行人姓名"),
    N_("监护人"),
    N_("参加条件"),
    N_("已确认符合"),
    N_("拍照"),
    N_("同意"),
    N_("不同意"),
    N_("没有"),
    N_("有"),
    N_("请选择"),
    N_("居民身份证"),
    N_("外国人永久居留身份证"),
    N_("护照"),
    N_("港澳居民来往内地通行证"),
    N_("台湾居民来往大陆通行证"),
    N_("年龄：%(young)s至%(old)s周岁"),
    N_("年龄：%(young)s周岁及以上"),
    N_("年龄：%(old)s周岁及以下"),
    N_("仅限本地居民"),
    # Proposals of topics, and the work of forms
    N_("请填写想看什么"),
    N_("征集尚未开始"),
    N_("征集已经结束，不再接收建议和支持"),
    N_("这条主题建议已经答复，不再接受支持"),
    N_("这份表单此前已经提交过，且内容与这次不同。如需另提建议，请重新打开填写页面。"),
    N_("没有找到这个查询码对应的主题建议，请核对后再查询"),
    N_("这一页打开的时间太长，现已更新，所填内容没有丢失，请再提交一次"),
    N_("提交得太快，没有保存。请等几秒钟再提交一次"),
    N_("这一页已经提交过一次，本次没有重复计入"),
    N_("本网络地址提交的次数过多，请在%(minutes)s分钟后再试"),
    # Suggestions and surveys
    N_("请选择意见建议涉及的单位"),
    N_("请填写意见建议"),
    N_("系统繁忙，本次没有保存，请用同一页面再提交一次"),
    N_("页面已失效，请刷新后重新填写"),
    N_("这份表单此前已经提交过，且内容与这次不同。如需另提意见，请重新打开填写页面。"),
    N_("请填写查询码"),
    N_("没有找到这个查询码对应的意见建议，请核对后再查询"),
    N_("签到之后才能填写问卷"),
    N_("这次参观的问卷已经提交，感谢参与"),
    N_("请选择总体满意度"),
    N_("请选择讲解清楚程度"),
    # Every form
    N_("%(field)s最多%(limit)s个字，现在有%(count)s个字"),
    N_("%(field)s最多%(limit)s个字"),
    N_("请填写%(question)s"),
    N_("请选择%(question)s"),
    # Pages that cannot be shown
    N_("没有找到这个页面。地址可能不完整，内容也可能已经撤下，请从首页查找。"),
    N_("没有这个月份，月份应写作年-月，例如2026-09"),
    N_("没有这一天，日期应写作年-月-日，例如2026-09-16"),
    N_("这个页面不对外开放"),
    N_("您没有查看这个页面的权限"),
    N_("请先登录"),
    N_("页面打开时间过长或已失效，没有保存任何内容。请返回上一页，刷新后再提交。"),
    N_("系统暂时连接不上数据库，请等几秒钟再打开这个页面"),
    N_("提交的内容不完整或已损坏，没有保存任何内容。请返回上一页重新打开后再提交。"),
    N_("请从页面上的链接或按钮进入。"),
    N_("提交的内容超过上限，没有保存任何内容。"),
    N_("系统出错，本次操作没有保存。工作人员已可看到记录，请返回后再办理一次。"),
    N_("提交的内容无法识别"),
    N_("不能查看"),
    N_("没有找到"),
    N_("不支持这种访问方式"),
    N_("情况已有变化"),
    N_("内容过大"),
    N_("不支持这种内容格式"),
    N_("没有保存"),
    N_("操作过于频繁"),
    N_("系统出错"),
    N_("系统暂时无法办理"),
    # Names of an installation that has none of its own yet
    N_("政府开放日"),
    N_("政府办公室政务公开办"),
)

_PLACE = re.compile(r"%\\\((\w+)\\\)s")
_MOMENT = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日（星期.）([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")


def said(message: str) -> str:
    """A sentence of the inner layers in the visitor's language, whatever its full stop; others as they are."""
    if language() == "zh":
        return message
    bare = message.removesuffix("。")
    for pattern, sentence in _patterns():
        found = pattern.fullmatch(bare)
        if found:
            return str(gettext(sentence, **{name: _value(text) for name, text in found.groupdict().items()}))
    return message


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each sentence with what recognises it; without places first, they are the more exact."""
    exact_first = sorted(SENTENCES, key=lambda sentence: "%(" in sentence)
    return tuple((re.compile(_recognised(sentence), re.DOTALL), sentence) for sentence in exact_first)


def _recognised(sentence: str) -> str:
    return _PLACE.sub(r"(?P<\1>.+)", re.escape(sentence.removesuffix("。")))


def _value(text: str) -> str:
    """What stands at a place: a moment or a field's name in the visitor's language, a number as it is."""
    moment = _MOMENT.fullmatch(text)
    if moment:
        year, month, day, hour, minute, second = (int(part or 0) for part in moment.groups())
        return wording_en.second_text(datetime(year, month, day, hour, minute, second))
    return str(gettext(text))
