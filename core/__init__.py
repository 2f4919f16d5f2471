"""What every room shares: types, policy loading, artifacts, storage, media, clock, audit, settings, errors."""
