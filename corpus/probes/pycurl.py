import io

import pycurl

with open("/tmp/page", "wb") as page:
    page.write(b"read by libcurl" * 1000)
body = io.BytesIO()
curl = pycurl.Curl()
curl.setopt(pycurl.URL, "file:///tmp/page")
curl.setopt(pycurl.WRITEDATA, body)
curl.perform()
curl.close()
assert body.getvalue() == b"read by libcurl" * 1000
assert "https" in pycurl.version_info()[8], pycurl.version_info()
