"""Where a film comes from: the visible watermark, the signed manifest, the fingerprint."""
