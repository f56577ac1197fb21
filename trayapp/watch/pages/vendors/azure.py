"""Azure's feed, at the page's own address with a slash at its end; it lists what is going on, so a quiet one is empty.

Its items tell neither how grave they are nor their parts in any fixed form: they are listed, and colour nothing red or
yellow. <https://rssfeed.azure.status.microsoft/en-us/status/feed/> is the address that the page itself gives; others
have handed out an empty feed in the middle of an outage.
"""

from functools import partial

from trayapp.watch.pages.feed_page import FeedPage, Form
from trayapp.watch.pages.vendor import MakeVendor

VENDOR: MakeVendor = partial(FeedPage, form=Form(path="/", listed_is_open=True))
