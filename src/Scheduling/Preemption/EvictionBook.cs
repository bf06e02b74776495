using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Preemption;

/// <summary>
/// How often each job was evicted lately, and how many evictions it caused: over all its attempts, also while it is away from the pool.
/// </summary>
public sealed class EvictionBook(TimeSpan window)
{
    /// <summary>Jobs remembered; beyond that the ones longest quiet are forgotten.</summary>
    public const int MaxJobs = 100_000;

    /// <summary>What a job caused is remembered for so many windows after its last eviction.</summary>
    private const int WindowsKept = 7;

    private readonly Dictionary<JobId, EvictionRecord> _jobs = [];

    /// <summary>Evictions of this job within the window.</summary>
    public int Suffered(JobId job, DateTimeOffset now) =>
        _jobs.TryGetValue(job, out var record) && now - record.At <= window ? record.Suffered : 0;

    /// <summary>Evictions that this job caused.</summary>
    public int Caused(JobId job) => _jobs.TryGetValue(job, out var record) ? record.Caused : 0;

    /// <summary>These are asked to go for the preemptor.</summary>
    public void Record(JobId preemptor, ImmutableArray<AttemptId> victims, DateTimeOffset now)
    {
        if (victims.IsEmpty)
        {
            return;
        }

        foreach (var victim in victims)
        {
            var record = Of(victim.Job, now);
            _jobs[victim.Job] = record with { Suffered = record.Suffered + 1, At = now };
        }

        var causer = Of(preemptor, now);
        _jobs[preemptor] = causer with { Caused = causer.Caused + victims.Length, At = now };
        Prune(now);
    }

    /// <summary>An eviction was called off before it began.</summary>
    public void CallOff(JobId preemptor, JobId victim)
    {
        if (_jobs.TryGetValue(victim, out var suffered) && suffered.Suffered > 0)
        {
            _jobs[victim] = suffered with { Suffered = suffered.Suffered - 1 };
        }

        if (_jobs.TryGetValue(preemptor, out var caused) && caused.Caused > 0)
        {
            _jobs[preemptor] = caused with { Caused = caused.Caused - 1 };
        }
    }

    public ImmutableArray<EvictionRecord> Snapshot() => [.. _jobs.Values.OrderBy(r => r.Job)];

    public void Restore(ImmutableArray<EvictionRecord> records)
    {
        foreach (var record in records)
        {
            _jobs[record.Job] = record;
        }
    }

    private EvictionRecord Of(JobId job, DateTimeOffset now)
    {
        var record = _jobs.GetValueOrDefault(job) ?? new EvictionRecord { Job = job, At = now };
        return now - record.At <= window ? record : record with { Suffered = 0 };
    }

    private void Prune(DateTimeOffset now)
    {
        if (_jobs.Count <= MaxJobs)
        {
            return;
        }

        var kept = _jobs.Values.Where(r => now - r.At <= window * WindowsKept).OrderByDescending(r => r.At).ThenBy(r => r.Job).Take(MaxJobs / 2).Select(r => r.Job).ToHashSet();
        foreach (var job in _jobs.Keys.Where(j => !kept.Contains(j)).ToList())
        {
            _jobs.Remove(job);
        }
    }
}

/// <summary>One job's evictions.</summary>
[GenerateSerializer, Immutable]
public sealed record EvictionRecord
{
    [Id(0)] public required JobId Job { get; init; }

    /// <summary>Of the job, within the window that ends with <see cref="At"/>.</summary>
    [Id(1)] public int Suffered { get; init; }

    /// <summary>That the job caused.</summary>
    [Id(2)] public int Caused { get; init; }

    /// <summary>The latest of them.</summary>
    [Id(3)] public required DateTimeOffset At { get; init; }
}
