namespace Grains.Storage;

/// <summary>The store could not do it: disk full, I/O error, shut down. The message says what an operator can do.</summary>
[GenerateSerializer]
public sealed class StorageException : OrleansException
{
    public StorageException(string message, bool outcomeUnknown = false) : base(message) => OutcomeUnknown = outcomeUnknown;

    public StorageException(string message, Exception inner, bool outcomeUnknown = false) : base(message, inner) => OutcomeUnknown = outcomeUnknown;

    /// <summary>True when it may have been written all the same: read again before deciding. False: nothing of it was written.</summary>
    [Id(0)] public bool OutcomeUnknown { get; private set; }
}
