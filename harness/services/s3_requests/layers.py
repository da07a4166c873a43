"""The layers around S3, put together; three groups, since identity stands between them."""

from __future__ import annotations

from harness.call import Handler, Layer
from harness.clock import Clock
from harness.iam.secret_keys import SecretKeys
from harness.services.s3_requests.buckets import Buckets
from harness.services.s3_requests.conditional_writes import ConditionalWrites
from harness.services.s3_requests.cors import Cors, refuse_unusable_cors
from harness.services.s3_requests.multipart_uploads import MultipartUploads
from harness.services.s3_requests.post_object import PostObjects
from harness.services.s3_requests.presigned import PresignedUrls


class S3Layers:
    """browsers: outermost; signatures: who asks; writes: what is checked of those who may."""

    def __init__(self, keys: SecretKeys, control_plane: Handler, clock: Clock, region: str) -> None:
        buckets = Buckets(control_plane, region)
        self.browsers: list[Layer] = [buckets, Cors(buckets)]
        self.signatures: list[Layer] = [
            PresignedUrls(keys, buckets, clock),
            PostObjects(keys, buckets, clock),
        ]
        self.writes: list[Layer] = [
            refuse_unusable_cors,
            ConditionalWrites(),
            MultipartUploads(control_plane, region),
        ]
