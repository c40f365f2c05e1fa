"""The admins' price lists: imported, reviewed, applied, exported."""
