"""What the ledger and the outbox call their entries, in words for people.

Both keep codes such as `plan.approve`; screens show 同意备案. Plans and suggestions take
the words of their own buttons.
"""

from typing import Final

from openday.rules.plan_states import PlanAction
from openday.rules.suggestion_states import SuggestionAction
from openday.rules.topic_states import TopicAction

_RECORDS: Final = {
    "activity": "活动",
    "agency": "单位",
    "ballot": "摇号",
    "call": "征集通知",
    "batch": "待发的通知",
    "message": "消息",
    "phone_list": "电话名单",
    "wording": "消息文字",
    "occurrence": "场次",
    "outcome": "开展情况",
    "plan": "计划",
    "plan_import": "导入",
    "door_pack": "签到名单",
    "form_reading": "报送表",
    "registration": "报名",
    "retention": "个人信息",
    "suggestion": "意见建议",
    "topic": "主题建议",
    "topic_call": "主题征集",
    "summary_template": "汇总表样式",
    "user": "人员",
    "watch": "变更通知登记",
    "working_days": "工作日历",
}

_MESSAGES: Final = {
    "activity.cancelled": "活动取消",
    "ballot.not_selected": "未中签",
    "ballot.reserve": "摇号候补",
    "ballot.selected": "中签",
    "occurrence.cancelled": "场次取消",
    "occurrence.changed": "场次变更",
    "occurrence.postponed": "场次延期",
    "occurrence.resumed": "延期场次定时间",
    "phone.code": "短信验证码",
    "plan_host_added": "列为合办单位",
    "plan_firm_up_due": "请确定活动时间",
    "plan_firm_up_late": "活动时间逾期未确定",
    "plan_on_record": "计划备案",
    "plan_correction": "更正申请答复",
    "plan_reminder": "催报",
    "plan_returned": "计划退回",
    "plan_taken_back": "计划取回",
    "registration.accepted": "报名通过",
    "registration.applied": "已提交报名",
    "registration.cancelled": "报名取消",
    "registration.changed": "报名变更",
    "registration.confirmed": "报名成功",
    "registration.declined": "报名未通过",
    "registration.promoted": "候补转正",
    "registration.waitlisted": "登记候补",
    "suggestion.answered": "意见建议答复",
    "topic.accepted": "主题建议公开",
    "topic.announced": "主题建议相关活动发布",
    "topic.answered": "主题建议办理结果",
    "topic.removed": "主题建议不予公开",
    "watch.confirm": "确认接收变更通知",
    "watch.news": "活动变更通知",
}

_ACTS: Final = {
    "activity.correct": "更正活动内容",
    "activity.postpone": "活动延期",
    "ballot.draw": "摇号",
    "ballot.freeze": "公布摇号规则和名单",
    "ballot.plan": "制定摇号规则",
    "ballot.void": "作废摇号名单",
    "call.change": "修改征集通知",
    "call.close": "结束征集",
    "call.extend": "延长报送期限",
    "call.extend_agency": "延长一个单位的报送期限",
    "call.open": "发布征集通知",
    "call.remind": "催报",
    "check_in.admit": "签到",
    "check_in.conflict": "记录重复签到",
    "check_in.join": "同行人后到签到",
    "check_in.self": "自助签到",
    "check_in.undo": "撤销签到",
    "check_in.walk_in": "登记现场到场",
    "desk.assign": "指定签到人员",
    "door_pack.revoke": "停用带走的签到名单",
    "door_pack.take": "带走签到名单",
    "export.request": "申请后台导出",
    "form_reading.upload": "上传报送表",
    "batch.drop": "不发一批通知",
    "batch.hold": "存入待发的通知",
    "batch.release": "发出一批通知",
    "message.retry": "再次发送消息",
    "phone_list.ask": "申请打印完整电话名单",
    "phone_list.grant": "同意打印完整电话名单",
    "phone_list.print": "打印电话名单",
    "phone_list.refuse": "不同意打印完整电话名单",
    "wording.change": "修改消息文字",
    "wording.restore": "恢复系统原文",
    "occurrence.cancel": "取消场次",
    "occurrence.capacity": "调整名额",
    "occurrence.change": "修改场次",
    "occurrence.decline": "不采用场次",
    "occurrence.form": "设置报名表",
    "occurrence.postpone": "场次延期",
    "occurrence.propose": "报场次",
    "occurrence.resume": "确定延期场次的时间",
    "occurrence.schedule": "公布场次",
    "outcome.change": "修改开展情况",
    "outcome.file": "报送开展情况",
    "outcome.publish": "公开开展情况",
    "people.add_agency": "添加单位",
    "people.agency_mailbox": "登记单位的催报邮箱",
    "people.change_roles": "更改角色",
    "people.create_admin": "设立系统管理员",
    "people.disable": "停用人员",
    "people.enable": "恢复人员",
    "people.invite": "添加人员",
    "people.login": "登录",
    "people.login_failed": "登录失败",
    "people.password_accepted": "密码通过，待动态验证码",
    "people.recovery_code_used": "使用恢复码登录",
    "people.recovery_codes_renewed": "更换恢复码",
    "people.renew_invitation": "发送设密链接",
    "people.second_factor_failed": "动态验证码错误",
    "people.second_factor_off": "停用动态验证码",
    "people.second_factor_on": "启用动态验证码",
    "people.second_factor_reset": "重置动态验证码",
    "people.set_password": "设置密码",
    "people.set_review_steps": "设置审核环节",
    "plan.add_host": "添加承办或协办单位",
    "plan.copy": "由往年计划新建",
    "plan.create": "新建计划",
    "plan.export": "下载报送表",
    "plan.firm_by": "设定最迟确定日期",
    "plan.import": "由表格导入计划",
    "plan.read_form": "由报送表读入计划",
    "plan.remove_host": "移除承办或协办单位",
    "plan.save": "修改计划",
    "official.export": "导出公文",
    "plan_forms.export": "导出全部报送表",
    "plan_forms_merged.export": "导出报送表合订本",
    "plan_import.finish": "完成导入",
    "plan_import.upload": "上传计划表",
    "registration.accept": "通过报名",
    "registration.cancel": "取消报名",
    "registration.send_code": "发送短信验证码",
    "registration.change_party": "更改报名人数",
    "registration.create": "报名",
    "registration.decline": "不通过报名",
    "registration.promote": "候补转正",
    "registration.reveal_phone": "查看完整手机号码",
    "rehearsal.prepare": "准备演练",
    "retention.forget": "删除到期的个人信息",
    "roster.export": "下载名单",
    "suggestion.receive": "收到意见建议",
    "summary_template.change": "修改汇总表样式",
    "summary_template.create": "保存汇总表样式",
    "summary_template.remove": "删除汇总表样式",
    "topic.announce": "告知相关活动已发布",
    "topic.receive": "收到主题建议",
    "topic_call.change": "修改主题征集",
    "topic_call.close": "结束主题征集",
    "topic_call.open": "公开征集主题",
    "summary_table.export": "导出汇总表",
    "watch.ask": "登记接收变更通知",
    "watch.confirm": "确认接收变更通知",
    "watch.end": "删除变更通知登记",
    "working_days.load": "载入放假安排",
    "working_days.notice": "按通知录入放假安排",
    "working_days.remove": "移除工作日历的日期",
    "working_days.set": "录入工作日历的日期",
    **{f"plan.{action.value}": action.label for action in PlanAction},
    **{f"suggestion.{action.value}": action.label for action in SuggestionAction},
    **{f"topic.{action.value}": action.label for action in TopicAction},
}


def act_name(action: str) -> str:
    """What was done, for example 同意备案; a code without a name stays as it is."""
    return _ACTS.get(action, action)


def record_name(record_type: str) -> str:
    """What it was done to, for example 计划."""
    return _RECORDS.get(record_type, record_type)


def message_name(kind: str) -> str:
    """What a message is about, for example 报名成功."""
    return _MESSAGES.get(kind, kind)


def acts_called(words: str) -> frozenset[str]:
    """The codes of all acts whose name holds `words`; none for an empty text."""
    return frozenset(code for code, name in _ACTS.items() if words and words in name)
