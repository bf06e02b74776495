namespace Silo.Storage.Sqlite;

/// <summary>A read on its way to a connection and back.</summary>
internal abstract class PendingRead
{
    /// <summary>It has its answer, without an error.</summary>
    public abstract bool IsRead { get; }

    /// <summary>In an open transaction. Whatever goes wrong is this read's own, and its caller's.</summary>
    public abstract void Run(SqliteSession session);

    /// <summary>The transaction failed: what was read counts no more.</summary>
    public abstract void Fail(Exception error);

    /// <summary>Tells whoever waits.</summary>
    public abstract void Answer();
}

/// <param name="read">Shared by all reads of its kind; what differs is in <paramref name="argument"/>.</param>
/// <param name="argument">For <paramref name="read"/>.</param>
/// <param name="cancellationToken">Looked at when its turn comes.</param>
internal sealed class PendingRead<TArgument, T>(Func<SqliteSession, TArgument, T> read, TArgument argument, CancellationToken cancellationToken) : PendingRead
{
    // Continuations run elsewhere: a reader must not run a caller's code.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _error;
    private T _result = default!;

    public Task<T> Done => _done.Task;

    public override bool IsRead => _error is null or OperationCanceledException;

    public override void Run(SqliteSession session)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _error = new OperationCanceledException(cancellationToken);
            return;
        }

        try
        {
            _result = read(session, argument);
        }
#pragma warning disable CA1031 // It is thrown to its caller.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _error = e;
        }
    }

    public override void Fail(Exception error) => _error ??= error;

    public override void Answer()
    {
        switch (_error)
        {
            case null:
                _done.TrySetResult(_result);
                break;
            case OperationCanceledException:
                _done.TrySetCanceled(cancellationToken);
                break;
            default:
                _done.TrySetException(_error);
                break;
        }
    }
}
