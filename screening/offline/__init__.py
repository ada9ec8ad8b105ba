"""What phones seal and deliver: keys, envelopes, uploads, and doing what they say."""
