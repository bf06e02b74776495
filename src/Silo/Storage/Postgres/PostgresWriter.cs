using Grains.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Silo.Storage.Postgres;

/// <summary>
/// The one writer of this process: takes what waits, sends it as one batch, which is one transaction and one journey, and answers everybody when the
/// database has answered. A batch whose answer was lost is settled before anything else is written: see <see cref="PostgresSession"/>.
/// </summary>
internal sealed class PostgresWriter : IAsyncDisposable
{
    /// <summary>A conflict of locks is tried again so often; each time the whole transaction was rolled back.</summary>
    private const int MostRollbacks = 10;

    private readonly PostgresSession _session;
    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IStorageFaults? _faults;
    private readonly WriteQueue<PostgresWrite> _queue;
    private readonly Task _loop;

    public PostgresWriter(
        PostgresSession session, PostgresOptions options, GroupCommitOptions commits, StorageInstruments instruments, TimeProvider time, ILogger logger,
        IStorageFaults? faults)
    {
        (_session, _options, _time, _logger, _faults) = (session, options, time, logger, faults);
        _queue = new WriteQueue<PostgresWrite>(commits, instruments);
        _loop = Task.Run(Run);
    }

    /// <summary>Writes of one caller are applied in the order of its calls, whether or not it awaits each.</summary>
    public Task<long> Write(PostgresWrite op) => _queue.Write(op);

    /// <summary>Writes what was asked before, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
#pragma warning disable VSTHRD003 // Begun by this object, and awaited by nobody else.
        await _loop;
#pragma warning restore VSTHRD003
        await _session.DisposeAsync();
    }

    private async Task Run()
    {
        var taken = new List<PostgresWrite>();
        var batch = new List<PostgresWrite>();
        while (await _queue.WaitAsync())
        {
            while (_queue.Take(taken) > 0 || taken.Count > 0)
            {
                // In order: what must be alone divides what can go together.
                foreach (var op in taken)
                {
                    if (op.IsAlone && batch.Count > 0)
                        await Commit(batch);
                    batch.Add(op);
                    if (op.IsAlone)
                        await Commit(batch);
                }

                if (batch.Count > 0)
                    await Commit(batch);
            }
        }
    }

    private async Task Commit(List<PostgresWrite> batch)
    {
        var started = _time.GetTimestamp();
        try
        {
            await Send(batch, started);
            _queue.Complete(batch, batch.Sum(op => op.Bytes), _time.GetElapsedTime(started));
        }
        catch (StorageException e)
        {
            _queue.Fail(batch, e);
        }
#pragma warning disable CA1031 // The loop must go on, and each caller must be answered: a mistake of ours is theirs to report.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _session.Break();
            _logger.NotWritten(e, batch.Count);
            _queue.Fail(batch, new StorageException($"The write failed: {e.Message}", e, outcomeUnknown: true));
        }

        batch.Clear();
    }

    /// <summary>Returns when the batch is durable.</summary>
    private async Task Send(List<PostgresWrite> batch, long started)
    {
        for (var rollbacks = 0; ;)
        {
            try
            {
                await _session.Ready(batch.Count);
                Injected(StorageFaultKind.FailBefore);
            }
            catch (Exception e) when (IsOfDatabase(e))
            {
                _session.Break();
                await WaitOrThrow(e, batch.Count, started);
                continue;
            }

            try
            {
                await _session.Send(batch);
                Injected(StorageFaultKind.FailAfter);
                return;
            }
            catch (PostgresException e) when (OfOneWrite(e, batch) is { } op)
            {
                _logger.OneFailed(e, op.Key);
                op.FailAlone(new StorageException($"A write of {op.Key} cannot be stored: {e.MessageText}", e));
            }
            catch (PostgresException e) when (IsConflictOfLocks(e) && ++rollbacks <= MostRollbacks)
            {
            }
            catch (PostgresException e) when (!MayHaveCommitted(e))
            {
                _logger.NotWritten(e, batch.Count);
                throw new StorageException($"Nothing was written: {e.MessageText}. See to the database (space, permissions, settings).", e);
            }
            catch (Exception e) when (IsOfDatabase(e))
            {
                if (await Settle(e, batch.Count, started) is var durable and not false)
                {
                    if (durable is true)
                        _logger.WrittenAllTheSame(e, batch.Count);
                    else
                        _logger.Unknown(e, batch.Count);
                    throw new StorageException($"What the database answered was lost ({e.Message}): read again.", e, outcomeUnknown: true);
                }
            }
        }
    }

    /// <summary>See <see cref="PostgresSession.Settle"/>; waits for a database that is away.</summary>
    private async Task<bool?> Settle(Exception cause, int ops, long started)
    {
        while (true)
        {
            try
            {
                return await _session.Settle();
            }
            catch (Exception e) when (IsOfDatabase(e))
            {
                _session.Break();
                if (_time.GetElapsedTime(started) < _options.ReconnectFor)
                {
                    await Task.Delay(PostgresDatabase.RetryEvery, _time);
                    continue;
                }

                _logger.Unknown(cause, ops);
                throw new StorageException($"The commit failed ({cause.Message}) and its outcome cannot be read ({e.Message}).", cause, outcomeUnknown: true);
            }
        }
    }

    private async Task WaitOrThrow(Exception cause, int ops, long started)
    {
        if (_time.GetElapsedTime(started) >= _options.ReconnectFor)
        {
            _logger.NotWritten(cause, ops);
            throw new StorageException($"Nothing was written: the database cannot be reached ({cause.Message}).", cause);
        }

        await Task.Delay(PostgresDatabase.RetryEvery, _time);
    }

    private void Injected(StorageFaultKind kind)
    {
        if (_faults is not null && _faults.Next(kind == StorageFaultKind.FailBefore ? StorageOperation.Commit : StorageOperation.Recover, "").Kind == kind)
        {
            _session.Break();
            throw new IOException($"Injected: {kind}.");
        }
    }

    /// <summary>A value that cannot be stored: of classes 22, 23 and 54 of SQLSTATE.</summary>
    private static PostgresWrite? OfOneWrite(PostgresException e, List<PostgresWrite> batch) =>
        e.SqlState[..2] is "22" or "23" or "54" && PostgresSession.Culprit(e, batch) is { Failure: null } op ? op : null;

    private static bool IsConflictOfLocks(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable;

    /// <summary>An error ends the transaction, but these may come while the server waits for its commit to be safe elsewhere, or end the connection.</summary>
    private static bool MayHaveCommitted(PostgresException e) => e.SqlState[..2] is "57" or "08" || e.SqlState == PostgresSession.TooLate;

    private static bool IsOfDatabase(Exception e) => e is NpgsqlException or IOException or TimeoutException or OperationCanceledException;
}
