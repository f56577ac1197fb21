"""One module a kind of status page, named after the kind: what a service file's `[page] kind` may say is what is here.
A module offers its constructor as `VENDOR` (`watch.pages.vendor.MakeVendor`) and imports no other vendor.
"""
