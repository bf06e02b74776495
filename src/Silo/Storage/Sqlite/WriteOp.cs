using Orleans.Storage;

namespace Silo.Storage.Sqlite;

/// <summary>One write, from its caller's thread through the writer's and back. Done when its transaction is durable.</summary>
internal abstract class WriteOp
{
    // Continuations run elsewhere: the writer's thread must never run a caller's code.
    private readonly TaskCompletionSource<long> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long _version;
    private InconsistentStateException? _refusal;

    /// <summary>What is written, for messages.</summary>
    public abstract string Key { get; }

    /// <summary>Bytes of records.</summary>
    public abstract long Bytes { get; }

    /// <summary>Why this write alone cannot be done; it then has no part in the transaction.</summary>
    public Exception? Failure { get; private set; }

    public bool IsRefused => _refusal is not null;

    /// <summary>The write's number. Faults with <see cref="InconsistentStateException"/> or a storage exception.</summary>
    public Task<long> Completion => _done.Task;

    /// <summary>Checks, then writes, in the open transaction. May be repeated after a rollback.</summary>
    public void Apply(SqliteSession session, long version)
    {
        _version = version;
        _refusal = Write(session, version);
    }

    /// <summary>Sets aside an error of this write alone.</summary>
    public void FailAlone(Exception failure) => Failure = failure;

    /// <summary>The transaction is durable.</summary>
    public void Complete()
    {
        if ((Failure ?? _refusal) is { } error)
            _done.TrySetException(error);
        else
            _done.TrySetResult(_version);
    }

    /// <summary>The transaction failed.</summary>
    public void Fail(Exception failure) => _done.TrySetException(Failure ?? failure);

    /// <summary>Null when written; otherwise nothing was changed and this is why.</summary>
    protected abstract InconsistentStateException? Write(SqliteSession session, long version);
}
