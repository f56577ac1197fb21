"""Azure's feed, at the page's own address with a slash at its end; it lists what is going on, so a quiet one is empty.

Its items do not tell how grave they are: they are listed, and colour nothing red or yellow. Their categories are
regions and services, in no fixed form. An item that names other services alone, and nowhere in its words one for AI, is
no trouble of those; one that names what all of them stand on, or none, may be.
<https://rssfeed.azure.status.microsoft/en-us/status/feed/> is the address that the page itself gives; others have
handed out an empty feed in the middle of an outage.
"""

import re
from functools import partial

from trayapp.watch.pages.feed_file import Item
from trayapp.watch.pages.feed_page import FeedPage, Form
from trayapp.watch.pages.vendor import MakeVendor

# Of Azure's list of products those that no answer of a model rests on; not its network, compute, storage, identity.
_OTHERS = re.compile(
    r"\b(sql|cosmos|databases?|postgresql|mysql|mariadb|redis|synapse|data factory|data explorer|databricks|hdinsight"
    r"|stream analytics|analytics|power bi|microsoft fabric|event (hubs?|grid)|service bus|logic apps?|app services?"
    r"|web apps?|static web apps?|functions?|container (apps?|registry|instances)|kubernetes( service)?|aks|devops"
    r"|iot( hub| central)?|digital twins|media services|azure maps|communication services|signalr|virtual desktop"
    r"|lab services|dev box|sentinel|defender|purview|backup|site recovery|migrate|automation|monitor|log analytics"
    r"|application insights|vmware( solution)?|bastion|spring apps|notification hubs|developer tools)\b",
    re.IGNORECASE,
)
_AI = re.compile(r"openai|\bai\b|cognitive|foundry|machine learning|copilot|\bgpt", re.IGNORECASE)
_REGION = re.compile(
    r"\b(us|usgov|uk|uae|europe|asia|africa|america|canada|brazil|mexico|chile|france|germany|italy|norway|poland|spain"
    r"|sweden|switzerland|austria|belgium|denmark|israel|qatar|australia|india|japan|korea|malaysia|indonesia|taiwan"
    r"|new zealand|china)\b|^(global|worldwide|non-regional|multiple regions|all regions)$",
    re.IGNORECASE,
)


def elsewhere(item: Item) -> bool:
    """Whether it names services, and only others than those for AI and what these stand on."""
    services = [each for each in map(str.strip, item.categories) if each and not _REGION.search(each)]
    said = " ".join((item.first("title"), item.first("encoded", "content", "description", "summary"), *services))
    return bool(services) and all(map(_OTHERS.search, services)) and not _AI.search(said)


VENDOR: MakeVendor = partial(FeedPage, form=Form(path="/", listed_is_open=True, elsewhere=elsewhere))
