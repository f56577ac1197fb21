"""Scenes in which the own network is the trouble, or might be. See `playbook` for the language."""

from tests.unit.core.playbook import Row

# Beta answers, and a moment later the Wi-Fi is gone: that answer proves nothing about what failed after it.
WIFI_DROPS_AFTER_AN_ANSWER = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(1, "beta 200", "api green ok, beta green ok", "all is well"),
    Row(61, "beta 200", "api green ok, beta green ok", "and here the Wi-Fi drops"),
    Row(65.5, "api timeout", "api green ok, beta green ok", "first failure; beta's answer is older than it"),
    Row(71, "api timeout -", "api grey own_network, beta grey own_network", "two controls fail: it is the own network"),
    Row(74, "network offline interface", "api grey own_network, beta grey own_network", "the diagnosis names the step"),
    Row(86, "api timeout -", "api grey own_network, beta grey own_network", "no strike counts", every=15, until=176),
    Row(125, "beta timeout", "api grey own_network, beta grey own_network", "the same for everybody"),
    Row(200, "network online", "api green ok, beta green ok", "back: the evidence of before is three minutes old"),
    Row(201, "api 401", "api green ok, beta green ok", "and confirmed"),
    Row(202, "beta 200", "api green ok, beta green ok", "and confirmed"),
]

# Asleep for an hour. What was under way then, and what fails in the first half minute, is dropped.
RESUME_FROM_SLEEP = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(1, "beta 200", "api green ok, beta green ok", "all is well, and the lid closes"),
    Row(3600, "resume", "api grey starting, beta grey starting", "after a gap over ten minutes all starts afresh"),
    Row(3600.2, "api timeout", "api grey starting, beta grey starting", "begun before the resume: dropped"),
    Row(3606, "api connect -", "api grey starting, beta grey starting", "within the grace: dropped, with its controls"),
    Row(3610, "beta dns -; page timeout", "api grey starting, beta grey starting", "dropped"),
    Row(3625, "network offline dns", "api grey starting, beta grey starting", "dropped as well"),
    Row(3635, "api 401", "api green ok, beta grey starting", "an answer counts at any time"),
    Row(3636, "beta 200; page ok", "api green ok, beta green ok", "all is well"),
]

# An answer that was asked for on another network says nothing of this one.
CHANGED_WHILE_IT_WAS_ASKED = [
    Row(100, "change", "beta grey starting", "another network"),
    Row(100.2, "beta 200", "beta grey starting", "asked before it: dropped, however good"),
    Row(101, "beta 200", "beta green ok", "asked here"),
]

# A nap of four minutes in the middle of an outage: red stays red, and is not told again.
NAP_DURING_AN_OUTAGE = [
    Row(0, "beta 200; api 401", "beta green ok", "all is well"),
    Row(60, "api 502; beta 200", "api green ok, beta green ok", "first failure"),
    Row(65, "api 502 +", "api yellow checking, beta green ok", "second"),
    Row(80, "api 502 +", "api yellow checking, beta green ok", "third"),
    Row(95, "api 502 +", "api red down, beta green ok", "fourth"),
    Row(335, "resume", "api red down, beta green ok", "four minutes later"),
    Row(336, "api dns -", "api red down, beta green ok", "within the grace: dropped"),
    Row(370, "api 502 +", "api red down, beta green ok", "still down"),
]

# A company's proxy reads all TLS. Where the system trusts it, that is normal.
CORPORATE_PROXY_TRUSTED = [
    Row(0, "api 401; page ok", "api green ok", "what the system trusts is normal, whoever signed it"),
    Row(1, "beta 200", "api green ok, beta green ok", "for every host"),
    Row(60, "api foreign", "api green ok, beta green ok", "its block page instead of one provider's answer"),
    Row(65, "api foreign +", "api grey blocked, beta green ok", "while controls answer: blocked here, not down"),
    Row(80, "api foreign +", "api grey blocked, beta green ok", "no strike, however often", every=15, until=170),
    Row(180, "page ok", "api grey blocked, beta green ok", "the page's green does not help who is blocked"),
    Row(200, "api 401", "api green ok, beta green ok", "let through"),
]

# The same proxy on a machine that does not trust it; plain HTTP passes and proves nothing about TLS.
CORPORATE_PROXY_UNTRUSTED = [
    Row(0, "api tls", "api grey starting, beta grey starting", "one host may have a bad certificate"),
    Row(0.5, "control ok plain", "api grey starting, beta grey starting", "plain HTTP works"),
    Row(1, "beta tls", "api grey starting, beta grey starting", "two may have"),
    Row(5, "control tls a", "api grey own_network, beta grey own_network", "TLS is rejected on all hosts: not theirs"),
    Row(6, "api tls -; beta tls -", "api grey own_network, beta grey own_network", "never red", every=15, until=66),
    Row(70, "network offline tls", "api grey own_network, beta grey own_network", "the diagnosis agrees"),
    Row(75, "control ok plain", "api grey own_network, beta grey own_network", "a plain control disproves nothing"),
    Row(80, "api 401", "api green ok, beta grey starting", "a provider's own answer over TLS does"),
]

# The proxy asks for a login.
PROXY_LOGIN = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(1, "beta 200", "api green ok, beta green ok", "all is well"),
    Row(60, "api 407", "api grey own_network, beta grey own_network", "407 comes from the own proxy alone"),
    Row(61, "beta 200", "api grey own_network, beta green ok", "one host goes round it"),
    Row(65, "api 407 +", "api grey own_network, beta green ok", "the other does not"),
    Row(80, "api 401", "api green ok, beta green ok", "logged in"),
]

# A hotel: everything is answered by its login page.
CAPTIVE_PORTAL = [
    Row(0, "api 401; page ok", "api green ok", "at home"),
    Row(1, "beta 200", "api green ok, beta green ok", "at home"),
    Row(100, "change", "api green ok, beta green ok", "another network"),
    Row(101, "api tls; control altered plain", "api green ok, beta green ok", "thirty seconds of grace"),
    Row(131, "api foreign", "api green ok, beta green ok", "somebody else answers"),
    Row(
        131.5,
        "control altered plain",
        "api grey own_network, beta grey own_network",
        "a plain control comes back altered",
    ),
    Row(132, "network captive captive_portal", "api grey own_network, beta grey own_network", "the portal is named"),
    Row(140, "beta foreign; api foreign -", "api grey own_network, beta grey own_network", "never blocked, never red"),
    Row(170, "api 401", "api green ok, beta green ok", "logged in"),
]

# Ten minutes of a train's Wi-Fi: 40 % of everything fails, controls too. Nobody is down.
TRAIN = [
    Row(0, "api 401; page ok; gamma 200", "api green ok", "at the station"),
    Row(1, "beta 200", "api green ok, beta green ok", "at the station"),
    Row(60, "api timeout", "api green ok, beta green ok", "the train leaves; first failure"),
    Row(61, "beta 200", "api green ok, beta green ok", "some get through"),
    Row(65, "api timeout -", "api grey own_network, beta grey own_network", "two controls fail with it"),
    Row(80, "api 401 ~", "api green ok, beta green ok", "and it answers"),
    Row(121, "beta timeout", "api green ok, beta green ok", "now the other"),
    Row(126, "beta timeout ~", "api green ok, beta green ok", "the control gets through, but q has risen"),
    Row(140, "api timeout", "api green ok, beta green ok", "both"),
    Row(141, "beta timeout ~", "api green ok, beta green ok", "third try, two controls answered: not enough any more"),
    Row(145, "api timeout ~", "api green ok, beta green ok", "second"),
    Row(156, "beta 200 +", "api green ok, beta green ok", "it answers"),
    Row(160, "api timeout -", "api grey own_network, beta grey own_network", "third, the controls fail as well"),
    Row(175, "api 401 ~", "api green ok, beta green ok", "it answers"),
    Row(216, "beta timeout", "api green ok, beta green ok", "again"),
    Row(221, "beta timeout -", "api grey own_network, beta grey own_network", "with the controls"),
    Row(235, "api timeout", "api grey own_network, beta grey own_network", "and another host"),
    Row(
        236, "beta timeout ~", "api green ok, beta green ok", "third of a run, controls answer: it weighs little by now"
    ),
    Row(240, "api timeout ~", "api green ok, beta green ok", "the same"),
    Row(251, "beta timeout ~", "api green ok, beta green ok", "a fourth in a row"),
    Row(255, "api timeout +", "api green ok, beta green ok", "a third in a row"),
    Row(266, "beta 200 ~", "api green ok, beta green ok", "it answers"),
    Row(270, "api 401 ~", "api green ok, beta green ok", "it answers"),
    Row(330, "api timeout; beta 200", "api green ok, beta green ok", "one fails, the other answers"),
    Row(335, "api timeout -", "api green ok, beta green ok", "two controls as well: where so much is lost, by chance"),
    Row(350, "api 401 ~", "api green ok, beta green ok", "it answers"),
    Row(390, "beta timeout", "api green ok, beta green ok", "again"),
    Row(395, "beta timeout ~", "api green ok, beta green ok", "a weak strike"),
    Row(410, "beta 200 +; api timeout", "api green ok, beta green ok", "one answers, the other fails"),
    Row(415, "api timeout +", "api green ok, beta green ok", "a weak strike"),
    Row(430, "api timeout ~", "api green ok, beta green ok", "another"),
    Row(445, "api 401 ~", "api green ok, beta green ok", "it answers"),
    Row(470, "beta timeout", "api green ok, beta green ok", "again"),
    Row(475, "beta 200 ~", "api green ok, beta green ok", "it answers"),
    Row(505, "api timeout; beta 200", "api green ok, beta green ok", "one fails"),
    Row(510, "api timeout -", "api green ok, beta green ok", "by chance again"),
    Row(525, "api timeout ~", "api green ok, beta green ok", "a weak strike"),
    Row(540, "api 401 +", "api green ok, beta green ok", "it answers"),
    Row(600, "api 401; beta 200", "api green ok, beta green ok", "the train has arrived"),
]

# A control that never answers here (an address that this provider of access blocks) must not hide an outage.
ONE_CONTROL_BLOCKED = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(1, "beta 200; control timeout b", "api green ok, beta green ok", "b is blocked here"),
    Row(30, "control timeout b; control ok a", "api green ok, beta green ok", "and again", every=30, until=270),
    Row(45, "beta 200; api 401", "api green ok, beta green ok", "others answer in between", every=30, until=285),
    Row(300, "api 503", "api green ok, beta green ok", "first failure"),
    Row(305, "control ok a; control timeout b", "api green ok, beta green ok", "b fails as always"),
    Row(306, "beta 200", "api green ok, beta green ok", "beta answers"),
    Row(307, "api 503 ~", "api yellow checking, beta green ok", "second: b is known to be dead and does not weigh"),
    Row(322, "api 503 ~", "api red down, beta green ok", "third: so much has answered lately that it is enough"),
]

# A firewall keeps all controls out, and one provider is silent; the other one answers at every turn. That the controls
# fail says how they are kept out, and not that answers get lost here.
CONTROLS_KEPT_OUT_AND_SILENCE = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(1, "beta 200 !", "api green ok, beta green ok", "all is well"),
    Row(64, "api timeout", "api green ok, beta green ok", "first failure"),
    Row(70, "api timeout", "api green ok, beta green ok", "second"),
    Row(70.5, "beta 200 !", "api yellow checking, beta green ok", "and the other one answers"),
    Row(71, "control timeout a; control timeout b", "api yellow checking, beta green ok", "that takes nothing back"),
    Row(85, "api timeout", "api yellow checking, beta green ok", "third"),
    Row(85.5, "beta 200 !", "api yellow checking, beta green ok", "and the other one answers"),
    Row(86, "control timeout a; control timeout c", "api yellow checking, beta green ok", "nor does this"),
    Row(100, "api timeout", "api yellow checking, beta green ok", "fourth"),
    Row(100.5, "beta 200 !", "api yellow checking, beta green ok", "and the other one answers"),
    Row(101, "control timeout a", "api yellow checking, beta green ok", "not one of them has ever answered"),
    Row(101.2, "control timeout b", "api red down, beta green ok", "so they count no more"),
]

# One lookup in four is not answered in time, by chance those of one provider's name.
LOOKUPS_THAT_FAIL_IN_PART = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(0.5, "beta 200 !", "api green ok, beta green ok", "all is well"),
    Row(30, "beta 200 !", "api green ok, beta green ok", "its lookups are lucky", every=60, until=1800),
    Row(60, "api 401 !", "api green ok, beta green ok", "most of these are, too", every=60, until=1800),
    Row(75, "api 401 !; page ok", "api green ok, beta green ok", "most of these are, too", every=60, until=1800),
    Row(45, "api dns_timeout +; api 401 !", "api green ok, beta green ok", "this one is not", every=60, until=1800),
]

# It works again, and then nobody can see for how long: the all-clear waits for an answer that comes after that.
RECOVERING_WHILE_THE_OWN_NETWORK_GOES = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(60, "api 503 !", "api green ok", "it fails"),
    Row(65, "api 503 !", "api yellow checking", "and again"),
    Row(80, "api 503 !", "api red down", "down", every=30, until=470),
    Row(500, "api 401 !", "api red down", "one good answer", every=30, until=530),
    Row(560, "api 401 !", "api yellow recovering", "two a minute apart", every=30, until=770),
    Row(800, "network offline interface", "api grey own_network", "the cable is out"),
    Row(1110, "", "api grey own_network", "ten minutes after it came back nobody can ask"),
    Row(1200, "network online", "api yellow recovering", "what was last seen is seven minutes old"),
    Row(1205, "beta 200 !", "api yellow recovering", "somebody else answers"),
    Row(1210, "api 401 !", "api green ok", "so does it"),
]

# The same by its page alone, which nobody could read meanwhile.
A_PAGE_IS_WELL_AGAIN_WHILE_THE_OWN_NETWORK_GOES = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(120, "page major:completions; api 401 !", "api red down", "the page says so", every=120, until=480),
    Row(600, "page ok; api 401 !", "api yellow recovering", "and takes it back"),
    Row(800, "network offline interface", "api grey own_network", "the cable is out"),
    Row(1205, "network online", "api yellow recovering", "it may have said anything meanwhile"),
    Row(1210, "api 401 !", "api yellow recovering", "a list of models speaks for no page"),
    Row(1220, "page ok", "api green ok", "it has not"),
]

# Nor is it in trouble again for everybody who was away after it was over.
AWAY_AFTER_A_RECOVERY = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(120, "page major:completions; api 401 !", "api red down", "the page says so", every=120, until=480),
    Row(600, "page ok; api 401 !", "api yellow recovering", "and takes it back", every=120, until=1080),
    Row(1200, "page ok; api 401 !", "api green ok", "ten minutes ago"),
    Row(1230, "network offline interface", "api grey own_network", "the cable is out"),
    Row(1290, "network online", "api green ok", "it was over before"),
]

# The lid was closed, and nobody has said so yet: the clock alone makes no minute a quiet one.
RECOVERING_WHILE_IT_SLEEPS = [
    *RECOVERING_WHILE_THE_OWN_NETWORK_GOES[:6],
    Row(1140, "", "api yellow recovering", "nobody has asked for six minutes"),
    Row(1141, "resume; beta 200 !", "api yellow recovering", "it woke up"),
    Row(1175, "api 401 !", "api green ok", "it answers"),
]
