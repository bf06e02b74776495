using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <content>What quota trees tell the pool: what is set, and who uses what others are owed.</content>
public sealed partial class PoolMachine
{
    private readonly SortedDictionary<string, CohortLevels> _levels = new(StringComparer.Ordinal);

    /// <summary>The version of the tree's settings that the pool goes by; 0: none.</summary>
    public long KnownVersion(string cohort) => _levels.TryGetValue(cohort, out var known) ? known.Version : 0;

    /// <summary>A tree's settings; older ones than are known change nothing.</summary>
    public void SetLevels(CohortLevels levels)
    {
        if (levels.Version > KnownVersion(levels.Cohort))
        {
            Do(new PoolEntry { Kind = PoolEntryKind.LevelsSet, Levels = levels });
        }
    }

    private void ApplyLevels(CohortLevels levels)
    {
        if (_levels.TryGetValue(levels.Cohort, out var before))
        {
            var named = levels.Levels.Select(l => l.Path).ToHashSet();
            foreach (var gone in before.Levels.Where(l => !named.Contains(l.Path)))
            {
                _shares.SetLevel(gone.Path, 1, []);
            }
        }

        foreach (var level in levels.Levels)
        {
            _shares.SetLevel(level.Path, level.Weight, level.Nominal);
        }

        _levels[levels.Cohort] = levels;
        _queue.ReorderAll();
        _claimsStale = true;
    }
}
