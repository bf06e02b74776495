namespace Silo.Storage;

public enum StorageFaultKind
{
    None = 0,

    /// <summary>Nothing is applied, and the caller gets an error.</summary>
    FailBefore = 1,

    /// <summary>It is applied, and the caller gets an error all the same.</summary>
    FailAfter = 2,

    /// <summary>Nothing is applied, and a writer is told that another one was first, which is not so. In-memory stores only.</summary>
    Conflict = 3,
}
