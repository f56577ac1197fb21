"""Which headers travel on."""

from multidict import CIMultiDict, CIMultiDictProxy

from trayapp.gateway.dialects import chat
from trayapp.gateway.headers import to_client, to_cloud, to_local


def headers(**pairs: str) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict((name.replace("_", "-"), value) for name, value in pairs.items()))


ASKED = headers(
    Host="127.0.0.1:1",
    Connection="keep-alive, X-Secret-Hop",
    X_Secret_Hop="1",
    Keep_Alive="timeout=5",
    Proxy_Authorization="Basic x",
    TE="trailers",
    Trailer="x",
    Transfer_Encoding="chunked",
    Upgrade="h2c",
    Expect="100-continue",
    Content_Length="5",
    Cookie="a=b",
    Authorization="Bearer mine",
    X_Api_Key="mine",
    Api_Key="mine",
    OpenAI_Organization="org",
    Accept="application/json",
    Accept_Encoding="gzip, br",
    Content_Type="application/json",
    User_Agent="Tool/1",
    X_Stainless_Lang="python",
)


def test_to_the_cloud_all_that_is_end_to_end() -> None:
    assert set(to_cloud(ASKED)) == {
        "Authorization",
        "X-Api-Key",
        "Api-Key",
        "OpenAI-Organization",
        "Accept",
        "Accept-Encoding",
        "Content-Type",
        "User-Agent",
        "X-Stainless-Lang",
    }


def test_to_the_cloud_without_credentials() -> None:
    sent = to_cloud(ASKED, without=chat.CREDENTIAL_HEADERS)
    assert "mine" not in " ".join(sent.values())
    assert sent["openai-organization"] == "org"


def test_to_the_local_target_what_describes_the_request() -> None:
    assert set(to_local(ASKED)) == {"Accept", "Content-Type", "User-Agent"}


def test_repeated_headers_stay_repeated() -> None:
    asked = CIMultiDictProxy(CIMultiDict([("X-A", "1"), ("x-a", "2")]))
    assert to_cloud(asked).getall("X-A") == ["1", "2"]


def test_to_the_tool_nothing_that_opens_a_door() -> None:
    answered = headers(
        Connection="close, X-Hop",
        X_Hop="1",
        Set_Cookie="a=b",
        Alt_Svc='h3=":443"',
        Strict_Transport_Security="max-age=1",
        Access_Control_Allow_Origin="*",
        Access_Control_Expose_Headers="X-Request-ID",
        X_LLM_Ampel_Route="local; lie",
        Content_Type="application/json",
        Content_Length="2",
        Content_Encoding="gzip",
        X_Request_ID="abc",
        Date="now",
    )
    assert dict(to_client(answered, "cloud; default")) == {
        "Content-Type": "application/json",
        "Content-Length": "2",
        "Content-Encoding": "gzip",
        "X-Request-ID": "abc",
        "Date": "now",
        "x-llm-ampel-route": "cloud; default",
    }


def test_a_length_beside_chunks_counts_for_nothing() -> None:
    assert dict(to_client(headers(Transfer_Encoding="chunked", Content_Length="2"), "x")) == {"x-llm-ampel-route": "x"}
