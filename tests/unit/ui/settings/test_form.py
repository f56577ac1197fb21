"""Forms are made from the declaration of settings: titles, hints, changes and mistakes."""

from pytestqt.qtbot import QtBot

from trayapp.settings.schema import GatewaySettings, Local, Watch
from trayapp.text.language import set_language
from trayapp.ui.kit.label import Label
from trayapp.ui.settings.form import Form


def test_titles_hints_and_bounds_come_from_the_declaration(qtbot: QtBot) -> None:
    form = Form(("watch",), Watch, ("probe_interval_s",))
    qtbot.addWidget(form)
    words = [one.text() for one in form.findChildren(Label)]
    assert "Own requests every" in words
    assert "Seconds between two requests to a healthy host. (60–3600)" in words
    field = form.fields["probe_interval_s"]
    assert field.editor.widget.accessibleName() == "Own requests every"
    assert field.editor.widget.accessibleDescription().startswith("Seconds between")


def test_words_follow_the_language(qtbot: QtBot) -> None:
    set_language("de")
    form = Form(("gateway",), GatewaySettings)
    qtbot.addWidget(form)
    words = [one.text() for one in form.findChildren(Label)]
    assert not [word for word in words if word.startswith("Provider behind")]


def test_only_what_was_edited_counts_as_a_change(qtbot: QtBot) -> None:
    form = Form(("local",), Local)
    qtbot.addWidget(form)
    form.load(Local(server="ollama", model="a", start=("ollama", "serve")))
    assert form.changes() == {}
    form.fields["model"].editor.set("b")
    form.fields["context"].editor.set(4096)
    assert form.changes() == {("local", "model"): "b", ("local", "context"): 4096}
    form.fields["model"].editor.set("")
    assert form.changes()["local", "model"] is None
    form.load(Local())
    assert form.changes() == {}


def test_mistakes_stand_beside_their_fields(qtbot: QtBot) -> None:
    form = Form(("local",), Local)
    qtbot.addWidget(form)
    assert form.complain({("local", "url"): ["no", "really no"], ("elsewhere",): ["?"]}) == {("local", "url")}
    assert list(form.fields["url"].mistakes) == ["no", "really no"]
    assert not form.fields["model"].mistakes
    form.complain({})
    assert list(form.fields["url"].mistakes) == []


def test_a_row_goes_with_its_title(qtbot: QtBot) -> None:
    form = Form(("local",), Local)
    qtbot.addWidget(form)
    form.show()
    title = next(one for one in form.findChildren(Label) if one.text() == "Model")
    form.show_row("model", False)
    assert not title.isVisible()
    assert not form.fields["model"].isVisible()
    form.show_row("model", True)
    assert title.isVisible()
