namespace Scheduling.Order.Replay;

/// <summary>
/// Runs a trace through an order policy: gang jobs, pools of 8-GPU nodes, and nothing else (no quota, no topology, no failures). For
/// benchmarks against published numbers, and for asking what another policy would have done with yesterday's jobs. Deterministic.
/// </summary>
public static class OrderReplay
{
    /// <param name="nodes">Nodes of each pool.</param>
    /// <param name="jobs">In any order; jobs with equal keys keep (submit time, position here).</param>
    /// <returns>By job as in <paramref name="jobs"/>; null for one that is too big for its pool.</returns>
    public static IReadOnlyList<ReplayOutcome?> Run(
        IOrderPolicy policy, ReplayOracle oracle, IReadOnlyDictionary<string, int> nodes, IReadOnlyList<ReplayJob> jobs)
    {
        var attempts = new ReplayAttempt[jobs.Count];
        var pools = new SortedDictionary<string, List<ReplayAttempt>>(StringComparer.Ordinal);
        for (var i = 0; i < jobs.Count; i++)
        {
            attempts[i] = new ReplayAttempt(jobs[i], i);
            if (!pools.TryGetValue(jobs[i].Pool, out var pool))
                pools.Add(jobs[i].Pool, pool = []);
            pool.Add(attempts[i]);
        }

        foreach (var (name, pool) in pools)
        {
            if (nodes.TryGetValue(name, out var count))
                new ReplayPool(policy, oracle, count, pool).Run();
        }

        return [.. attempts.Select(a => a.FirstStart < 0 ? (ReplayOutcome?)null : a.Outcome)];
    }
}
