namespace Silo.Storage.Sqlite;

/// <summary>What a statement answers, row by row. To be disposed before the same statement is used again.</summary>
internal readonly struct SqliteRows(SqliteStatement statement) : IDisposable
{
    /// <summary>Goes to the next row; false when there is none.</summary>
    public bool Read() => statement.Step();

    public bool IsNull(int column) => statement.IsNull(column);

    public long GetInt64(int column) => statement.Int64(column);

    public int GetInt32(int column) => checked((int)statement.Int64(column));

    public string GetString(int column) => statement.Text(column);

    public byte[] GetBytes(int column) => statement.Bytes(column);

    public void Dispose() => statement.Reset();
}
