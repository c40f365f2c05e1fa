-- name: write_probe
INSERT INTO write_probe (singleton, writes) VALUES (1, 1) ON CONFLICT (singleton) DO UPDATE SET writes = write_probe.writes + 1;

-- The catalogue.
