namespace Scheduling.Prediction;

/// <summary>
/// Jobs of one user and one size that come shortly after one another are one batch: sweeps and arrays, whose run times resemble each
/// other far more than those of the user's other jobs do. Bounded: the batches that were quiet for longest are forgotten.
/// </summary>
public sealed class RunBatches(PredictorLimits limits)
{
    private readonly Dictionary<(string Team, string User, int Gpus), Batch> _batches = [];
    private readonly PriorityQueue<(string Team, string User, int Gpus), long> _quiet = new();

    /// <summary>The batch that a job which arrives now belongs to: the time at which its first job came, in seconds, and never 0.</summary>
    public long Arrived(in RunFeatures job, long now)
    {
        var key = (job.Team, job.User, job.Gpus);
        var known = _batches.TryGetValue(key, out var batch);
        if (!known || now - batch.Last > limits.BatchGap)
            batch = new Batch(Math.Max(1, now), now);
        _batches[key] = batch with { Last = now };
        if (!known)
            _quiet.Enqueue(key, now);
        Forget();
        return batch.First;
    }

    private void Forget()
    {
        while (_batches.Count > limits.MaxBatches && _quiet.TryDequeue(out var key, out var since))
        {
            // The queue has the time at which the key was put in; those that were active since go to the end.
            if (_batches[key].Last > since)
                _quiet.Enqueue(key, _batches[key].Last);
            else
                _batches.Remove(key);
        }
    }

    public RunBatchesSnapshot Snapshot() => new()
    {
        Batches =
        [
            .. _batches.OrderBy(b => b.Value.Last).ThenBy(b => b.Key.Team, StringComparer.Ordinal).ThenBy(b => b.Key.User, StringComparer.Ordinal)
                .ThenBy(b => b.Key.Gpus)
                .Select(b => new RunBatchRecord { Team = b.Key.Team, User = b.Key.User, Gpus = b.Key.Gpus, First = b.Value.First, Last = b.Value.Last }),
        ],
    };

    public static RunBatches Restore(RunBatchesSnapshot snapshot, PredictorLimits limits)
    {
        var batches = new RunBatches(limits);
        foreach (var record in snapshot.Batches)
        {
            var key = (record.Team, record.User, record.Gpus);
            batches._batches[key] = new Batch(record.First, record.Last);
            batches._quiet.Enqueue(key, record.Last);
        }

        return batches;
    }

    private readonly record struct Batch(long First, long Last);
}
