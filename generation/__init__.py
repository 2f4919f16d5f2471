"""From words to a film with sound: storyboards, backends, the queue's worker."""
