namespace Silo.Storage.Sqlite;

/// <summary>Where a stream stands. An <paramref name="Id"/> of null: it was never written.</summary>
internal readonly record struct StreamHead(long? Id, long Position, long SnapshotPosition)
{
    public static StreamHead Read(SqliteSession session, string stream)
    {
        using var reader = session.Query("SELECT id, position, snapshot_position FROM journal_stream WHERE name = $1", stream);
        return reader.Read() ? new StreamHead(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)) : default;
    }

    /// <summary>Answers the stream's id.</summary>
    public long MoveTo(SqliteSession session, string stream, long position)
    {
        if (Id is not { } id)
            return session.Number("INSERT INTO journal_stream (name, position, snapshot_position) VALUES ($1, $2, 0) RETURNING id", stream, position)!.Value;
        if (position != Position)
            session.Execute("UPDATE journal_stream SET position = $1 WHERE id = $2", position, id);
        return id;
    }
}
