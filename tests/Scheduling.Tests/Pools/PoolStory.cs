using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Tests.Pools;

/// <summary>What a pool's grain does with what its machine decided, with racks and jobs that say yes at once.</summary>
internal static class PoolStory
{
    /// <summary>The jobs that start by it.</summary>
    public static string[] CommitAll(this PoolMachine pool, IEnumerable<PoolAttempt> planned)
    {
        var started = planned.ToArray();
        foreach (var attempt in started)
        {
            Assert.True(pool.Commit(attempt.Ref));
        }

        return [.. started.Select(a => a.Id.Job.Value)];
    }

    /// <summary>It ends, and its racks give back what it had.</summary>
    public static void EndAndFree(this PoolMachine pool, AttemptId attempt, bool comesBack = false)
    {
        pool.End(attempt, comesBack);
        foreach (var over in pool.TakeFreeing())
        {
            pool.Free(over.Ref);
        }
    }
}
