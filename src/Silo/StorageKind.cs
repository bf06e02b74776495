namespace Silo;

public enum StorageKind
{
    /// <summary>A SQLite database in the data folder: durable, one process.</summary>
    Embedded = 0,

    /// <summary>Nothing outlives the process: for tests and trials.</summary>
    Memory = 1,

    /// <summary>A PostgreSQL database, which several silos share.</summary>
    Postgres = 2,

    /// <summary>Azure Storage: records and journals are blobs, jobs are in a table. Several silos share it.</summary>
    Azure = 3,
}
