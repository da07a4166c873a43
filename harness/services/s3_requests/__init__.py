"""What S3 does with a request before it looks at the object.

Presigned URLs and browser forms, CORS, conditional writes, the parts of multipart uploads.
"""
