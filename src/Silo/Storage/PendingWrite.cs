using Orleans.Storage;

namespace Silo.Storage;

/// <summary>One write, from its caller through a writer and back. Done when its transaction is durable.</summary>
internal abstract class PendingWrite
{
    // Continuations run elsewhere: a writer must never run a caller's code.
    private readonly TaskCompletionSource<long> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is written, for messages.</summary>
    public abstract string Key { get; }

    /// <summary>Bytes of records.</summary>
    public abstract long Bytes { get; }

    /// <summary>Why this write alone cannot be done; it then has no part in the transaction.</summary>
    public Exception? Failure { get; private set; }

    public bool IsRefused => Refusal is not null;

    /// <summary>The write's number. Faults with <see cref="InconsistentStateException"/> or a storage exception.</summary>
    public Task<long> Completion => _done.Task;

    /// <summary>The number it was given last.</summary>
    protected long Version { get; set; }

    /// <summary>Null when written; otherwise nothing was changed and this is why.</summary>
    protected InconsistentStateException? Refusal { get; set; }

    /// <summary>Sets aside an error of this write alone.</summary>
    public void FailAlone(Exception failure) => Failure = failure;

    /// <summary>The transaction is durable.</summary>
    public void Complete()
    {
        if ((Failure ?? Refusal) is { } error)
            _done.TrySetException(error);
        else
            _done.TrySetResult(Version);
    }

    /// <summary>The transaction failed.</summary>
    public void Fail(Exception failure) => _done.TrySetException(Failure ?? failure);
}
