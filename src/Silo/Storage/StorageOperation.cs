namespace Silo.Storage;

public enum StorageOperation
{
    ReadJournal = 0,
    Append = 1,
    WriteSnapshot = 2,
    ReadState = 3,
    WriteState = 4,
    ClearState = 5,

    /// <summary>A whole transaction: SQLite only.</summary>
    Commit = 6,

    /// <summary>Finding out what became of a transaction whose commit failed: SQLite only.</summary>
    Recover = 7,

    /// <summary>A look into what is kept of a journal's past.</summary>
    ReadHistory = 8,
}
