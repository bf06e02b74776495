using Azure;
using Azure.Data.Tables;
using Grains.Storage;
using Microsoft.Extensions.Logging;

namespace Silo.Storage.Blobs;

/// <summary>
/// The one writer of a partition in this process. Writes that wait share a transaction (at most 100 rows). Each transaction replaces this writer's own row, conditionally:
/// when an answer is lost, that row tells whether the transaction was done, and replacing it once more shuts out one that has not arrived yet.
/// </summary>
internal sealed class JobBucket
{
    private static readonly TimeSpan s_silentFor = TimeSpan.FromDays(7);

    private const int MostActions = 99; // and the writer's own row
    private const long MostWeight = 3 * 1024 * 1024; // of 4 MiB

    private readonly BlobDatabase _database;
    private readonly string _bucket;
    private readonly WriteQueue<JobWrite> _queue;
    private readonly Task _loop;
    private ETag? _own;
    private long _batch;
    private bool _unsettled;

    public JobBucket(BlobDatabase database, string bucket)
    {
        (_database, _bucket) = (database, bucket);
        _queue = new WriteQueue<JobWrite>(database.Commits, database.Instruments);
        _loop = Task.Run(Run);
    }

    private string OwnKey => JobKeys.Writer(_database.Writer);

    public Task<long> Write(JobWrite op) => _queue.Write(op);

    /// <summary>Writes what was asked before, then stops.</summary>
    public async Task Stop()
    {
        _queue.Close();
#pragma warning disable VSTHRD003 // Begun by this object, and awaited by nobody else.
        await _loop;
#pragma warning restore VSTHRD003
        if (_own is null || _unsettled)
            return;
        try
        {
            await _database.Table.DeleteEntityAsync(_bucket, OwnKey, ETag.All);
        }
        catch (Exception e) when (e is RequestFailedException || BlobErrors.IsUnknown(e))
        {
            // Then the row stays, which costs nothing.
        }
    }

    private async Task Run()
    {
        var taken = new List<JobWrite>();
        while (await _queue.WaitAsync())
        {
            while (_queue.Take(taken) > 0 || taken.Count > 0)
            {
                for (var at = 0; at < taken.Count;)
                {
                    var together = Together(taken, at);
                    await Commit(taken.GetRange(at, together));
                    at += together;
                }
            }
        }
    }

    /// <summary>How many fit one transaction; a job's second write is for the next.</summary>
    private static int Together(List<JobWrite> writes, int from)
    {
        var jobs = new HashSet<string>(StringComparer.Ordinal);
        var (actions, weight, count) = (0, 0L, 0);
        foreach (var write in writes.Skip(from))
        {
            actions += write.Actions.Count;
            weight += write.Weight;
            if (!jobs.Add(write.Job) || (count > 0 && (actions > MostActions || weight > MostWeight)))
                break;
            count++;
        }

        return count;
    }

    private async Task Commit(List<JobWrite> batch)
    {
        var started = _database.Time.GetTimestamp();
        try
        {
            await Send(batch, started);
            _queue.Complete(batch, batch.Sum(op => op.Bytes), _database.Time.GetElapsedTime(started));
        }
#pragma warning disable CA1031 // The loop must go on, and each caller must be answered.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _database.Logger.NotWritten(e, batch.Count);
            _queue.Fail(batch, e as StorageException ?? new StorageException($"The write failed: {BlobDatabase.FirstLine(e.Message)}", e, outcomeUnknown: true));
        }
    }

    /// <summary>Returns when the transaction is durable; each write then knows whether it was refused.</summary>
    private async Task Send(List<JobWrite> batch, long started)
    {
        foreach (var write in batch.Where(w => w.Actions.Count == 0))
            await Refuse(write);
        while (batch.Where(w => w is { IsRefused: false, Failure: null, Actions.Count: > 0 }).ToList() is { Count: > 0 } rest)
        {
            try
            {
                await Ready();
                _unsettled = true;
                await Submit(rest);
                return;
            }
            catch (TableTransactionFailedException e) when (e.Status is 409 or 412 or 404)
            {
                _unsettled = false;
                await SetAside(e, rest);
            }
            catch (TableTransactionFailedException e) when (e.Status is >= 400 and < 500 and not (408 or 429) && Culprit(e, rest) is { } write)
            {
                _unsettled = false;
                _database.Logger.OneFailed(e, write.Key);
                write.FailAlone(new StorageException($"A write of {write.Key} cannot be stored: {BlobDatabase.FirstLine(e.Message)}", e));
            }
            catch (Exception e) when (BlobErrors.IsUnknown(e))
            {
                if (_unsettled && await Settle(e, started))
                {
                    _database.Logger.WrittenAllTheSame(e, rest.Count);
                    throw new StorageException($"What Azure Storage answered was lost ({BlobDatabase.FirstLine(e.Message)}): read again.", e, outcomeUnknown: true);
                }

                await WaitOrThrow(e, started, rest.Count);
            }
        }
    }

    /// <summary>With a row of its own, and nothing unknown about the transaction before.</summary>
    private async Task Ready()
    {
        if (_unsettled)
            await Look();
        if (_own is null)
        {
            await Tidy();
            var made = await _database.Table.UpsertEntityAsync(Own(), TableUpdateMode.Replace);
            _own = made.Headers.ETag;
        }
    }

    /// <summary>Rows of writers that were killed. One that was only silent for so long finds that its row is gone, and makes another.</summary>
    private async Task Tidy()
    {
        var silent = _database.Time.GetUtcNow() - s_silentFor;
        var filter = $"PartitionKey eq '{_bucket}' and RowKey ge '!' and RowKey lt '#' and {TableClient.CreateQueryFilter($"Timestamp lt {silent}")}";
        await foreach (var row in _database.Table.QueryAsync<TableEntity>(filter, select: ["RowKey"]))
            await _database.Table.DeleteEntityAsync(_bucket, row.RowKey, ETag.All);
    }

    private async Task Submit(List<JobWrite> writes)
    {
        _batch++;
        List<TableTransactionAction> actions = [new(TableTransactionActionType.UpdateReplace, Own(), _own!.Value)];
        foreach (var write in writes)
            actions.AddRange(write.Actions);
        var answers = (await _database.Table.SubmitTransactionAsync(actions)).Value;
        _own = answers[0].Headers.ETag;
        _unsettled = false;
        var at = 1;
        foreach (var write in writes)
        {
            write.Answered(answers[at]);
            at += write.Actions.Count;
        }
    }

    /// <summary>One row was not as expected, so that nothing of the transaction was done: its write is refused, and the others go again.</summary>
    private async Task SetAside(TableTransactionFailedException e, List<JobWrite> writes)
    {
        if (e.FailedTransactionActionIndex is null or 0)
        {
            _own = null; // Somebody tidied the table: this writer makes itself another row.
            return;
        }

        await Refuse(Culprit(e, writes)!);
    }

    private static JobWrite? Culprit(TableTransactionFailedException e, List<JobWrite> writes)
    {
        var index = (e.FailedTransactionActionIndex ?? 0) - 1;
        foreach (var write in writes)
        {
            if (index >= 0 && index < write.Actions.Count)
                return write;
            index -= write.Actions.Count;
        }

        return null;
    }

    private async Task Refuse(JobWrite write)
    {
        var stored = await _database.Jobs.Find(write.Job, default);
        if (stored is null && write.Actions.Count == 0 && write.Bytes == 0 && write.IsOfNothing)
            return; // There was nothing to clear.
        write.Refuse(stored?.Tag);
    }

    /// <summary>True when the transaction whose answer was lost is durable; false when it never will be.</summary>
    private async Task<bool> Settle(Exception cause, long started)
    {
        while (true)
        {
            try
            {
                return await Look();
            }
            catch (Exception e) when (BlobErrors.IsUnknown(e) || BlobErrors.IsConflict(e))
            {
                if (_database.Time.GetElapsedTime(started) >= _database.Options.ReconnectFor)
                {
                    _database.Logger.Unknown(cause, 1);
                    throw new StorageException(
                        $"The write failed ({BlobDatabase.FirstLine(cause.Message)}) and its outcome cannot be read ({BlobDatabase.FirstLine(e.Message)}).", cause, outcomeUnknown: true);
                }

                await Task.Delay(BlobDatabase.RetryEvery, _database.Time);
            }
        }
    }

    private async Task<bool> Look()
    {
        var found = await _database.Table.GetEntityIfExistsAsync<TableEntity>(_bucket, OwnKey);
        if (!found.HasValue)
        {
            (_own, _unsettled) = (null, false);
            return false; // Without the row no transaction of this writer can be done.
        }

        var last = found.Value!.GetInt64("Batch")!.Value;
        var fenced = await _database.Table.UpdateEntityAsync(Own(last), found.Value.ETag, TableUpdateMode.Replace);
        (_own, _unsettled) = (fenced.Headers.ETag, false);
        return last == _batch;
    }

    private TableEntity Own(long? batch = null) => new(_bucket, OwnKey) { ["Batch"] = batch ?? _batch };

    private async Task WaitOrThrow(Exception cause, long started, int ops)
    {
        if (_database.Time.GetElapsedTime(started) >= _database.Options.ReconnectFor)
        {
            _database.Logger.NotWritten(cause, ops);
            throw new StorageException($"Nothing was written: Azure Storage cannot be reached ({BlobDatabase.FirstLine(cause.Message)}).", cause);
        }

        await Task.Delay(BlobDatabase.RetryEvery, _database.Time);
    }
}
