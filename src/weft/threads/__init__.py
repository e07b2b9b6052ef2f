"""Posts and their threads, boosts, likes, bookmarks, media, timelines, notifications, search."""
