import xmlsec
from lxml import etree

key = xmlsec.Key.from_binary_data(xmlsec.constants.KeyDataHmac, b"secret key")
root = etree.fromstring('<r><a ID="x">text</a></r>')
template = xmlsec.template.create(
    root, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformHmacSha256
)
root.append(template)
reference = xmlsec.template.add_reference(template, xmlsec.constants.TransformSha256, uri="")
xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
context = xmlsec.SignatureContext()
context.key = key
context.sign(template)
check = xmlsec.SignatureContext()
check.key = key
check.verify(template)
