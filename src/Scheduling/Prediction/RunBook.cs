using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Prediction;

/// <summary>What jobs that come back had already: how long their earlier attempts ran, and how often they gave way. Bounded.</summary>
public sealed class RunBook
{
    /// <summary>Jobs remembered; beyond that the ones that left longest ago are forgotten.</summary>
    public const int MaxJobs = 100_000;

    private readonly OrderedDictionary<JobId, EarlierRuns> _jobs = [];

    public EarlierRuns Of(JobId job) => _jobs.GetValueOrDefault(job) ?? new EarlierRuns { Job = job };

    /// <summary>An attempt of the job is over, and the job will be back.</summary>
    public void Add(JobId job, double seconds, bool gaveWay)
    {
        var before = Of(job);
        _jobs.Remove(job);
        _jobs.Add(job, before with { Seconds = before.Seconds + seconds, GaveWay = before.GaveWay + (gaveWay ? 1 : 0) });
        if (_jobs.Count > MaxJobs)
        {
            // Removing the first moves all others: half of them at once, so that it happens seldom.
            var kept = _jobs.Values.Skip(MaxJobs / 2).ToList();
            _jobs.Clear();
            Restore(kept);
        }
    }

    public void Forget(JobId job) => _jobs.Remove(job);

    public ImmutableArray<EarlierRuns> Snapshot() => [.. _jobs.Values];

    public void Restore(IEnumerable<EarlierRuns> records)
    {
        foreach (var record in records)
        {
            _jobs[record.Job] = record;
        }
    }
}

/// <summary>A job's earlier attempts.</summary>
[GenerateSerializer, Immutable]
public sealed record EarlierRuns
{
    [Id(0)] public required JobId Job { get; init; }

    /// <summary>How long they ran, together.</summary>
    [Id(1)] public double Seconds { get; init; }

    /// <summary>How many of them ended because the job gave way to another.</summary>
    [Id(2)] public int GaveWay { get; init; }
}
