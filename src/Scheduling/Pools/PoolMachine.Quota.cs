using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <content>What quota trees tell the pool: what is set, and who uses what others are owed.</content>
public sealed partial class PoolMachine
{
    private const int MaxKindsKnown = 100_000;

    private readonly SortedDictionary<string, CohortLevels> _levels = new(StringComparer.Ordinal);
    private readonly Dictionary<(QuotaPath, string), bool> _borrows = [];

    /// <summary>Waiting attempts for which their tree keeps what borrowers give back. Not stored, as there.</summary>
    private readonly HashSet<AttemptId> _kept = [];
    private readonly List<PoolAttempt> _letGo = [];
    private readonly List<SeenOutlook> _seenOutlooks = [];
    private readonly List<SeenBorrowing> _seenBorrowing = [];
    private bool _anyBorrowed;

    /// <summary>Somebody runs, or may run, on what others are owed.</summary>
    private bool MayReclaim => _anyBorrowed || _shares.HasNominals;

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

    /// <summary>
    /// One running attempt of each account and kind of charge: what the tree says of it holds for all like it. By tree.
    /// </summary>
    public IEnumerable<IGrouping<string, PoolAttempt>> WhoMayBorrow()
    {
        Dictionary<(QuotaPath, string), PoolAttempt> first = [];
        foreach (var attempt in _active.InOrder)
        {
            if (attempt.Stage == AttemptStage.Running)
            {
                first.TryAdd(KindOf(attempt), attempt);
            }
        }

        return first.Values.GroupBy(a => a.Spec.Quota.Cohort);
    }

    /// <summary>A quota level freed something.</summary>
    public void QuotaFreed(QuotaPath path)
    {
        if (_queue.IsThoughtFull(path))
        {
            Do(new PoolEntry { Kind = PoolEntryKind.QuotaFreed, Level = path });
            _queue.WakeQuota(path);
        }
    }

    /// <summary>Levels thought to be full.</summary>
    public IReadOnlyList<QuotaPath> FullQuotaLevels => _queue.FullLevels;

    /// <summary>Levels thought to be full are asked again, in case the news of room was lost.</summary>
    public void AskQuotaAgain()
    {
        var full = FullQuotaLevels;
        if (full.Count == 0)
        {
            return;
        }

        Do(new PoolEntry { Kind = PoolEntryKind.QuotaFreed });
        foreach (var path in full)
        {
            _queue.WakeQuota(path);
        }
    }

    /// <summary>
    /// What a tree said of these attempts: the next <see cref="PlanClaims"/> goes by it. Of several pools' use only the tree knows the sum, so it is asked before anybody is evicted; what
    /// came of it is journaled as the promise that was made. What is known already is not kept.
    /// </summary>
    public void SeeBorrowing(IEnumerable<PoolAttempt> asked, IReadOnlySet<AttemptId> borrowing)
    {
        foreach (var attempt in asked)
        {
            var borrows = borrowing.Contains(attempt.Id);
            if (!_borrows.TryGetValue(KindOf(attempt), out var known) || known != borrows)
            {
                _seenBorrowing.Add(new SeenBorrowing(attempt.Id, borrows));
            }
        }
    }

    /// <summary>What a tree said to a charge that was asked about: the next <see cref="PlanClaims"/> goes by it. See <see cref="HeadsToHelp"/>.</summary>
    public void SeeOutlook(AttemptId attempt, ChargeOutlook outlook) => _seenOutlooks.Add(new SeenOutlook(attempt, outlook));

    private QuotaAnswers? TakeAnswers()
    {
        if (_seenOutlooks.Count == 0 && _seenBorrowing.Count == 0)
        {
            return null;
        }

        var answers = new QuotaAnswers { Outlooks = [.. _seenOutlooks], Borrowing = [.. _seenBorrowing] };
        _seenOutlooks.Clear();
        _seenBorrowing.Clear();
        return answers;
    }

    private void GoBy(QuotaAnswers? answers)
    {
        if (_borrows.Count > MaxKindsKnown)
        {
            _borrows.Clear();
        }

        foreach (var (id, borrows) in answers?.Borrowing ?? [])
        {
            if (Find(id) is { Stage: AttemptStage.Running } attempt)
            {
                _borrows[KindOf(attempt)] = borrows;
                _anyBorrowed |= borrows;
            }
        }

        foreach (var (id, outlook) in answers?.Outlooks ?? [])
        {
            if (Find(id) is { Stage: AttemptStage.Queued } waiting)
            {
                (waiting.Outlook, _anyOutlook) = (outlook, true);
            }
        }
    }

    /// <summary>An answer counts for the pass that it was asked for.</summary>
    private void Forget(QuotaAnswers? answers)
    {
        foreach (var (id, _) in answers?.Outlooks ?? [])
        {
            Find(id)?.Outlook = null;
        }
    }

    /// <summary>What an attempt that waits would be charged: on the place it is promised, or the least that it asks for.</summary>
    public QuotaCharge ChargeOf(PoolAttempt attempt) => new()
    {
        Attempt = attempt.Id, Path = attempt.Spec.Quota, Plan = LastPlan + 1, Priority = attempt.Spec.Priority, User = attempt.Spec.User,
        Amounts = _promises.TryGetValue(attempt.Id, out var claim) ? AmountsOf(attempt.Spec, claim.Target) : MostAskedBy(attempt.Spec),
    };

    /// <summary>Attempts that do not want any more what their tree keeps for them, each answered once.</summary>
    public IReadOnlyList<PoolAttempt> TakeLetGo()
    {
        var taken = _letGo.ToList();
        _letGo.Clear();
        return taken;
    }

    /// <summary>It runs on what others are owed: that can be called back.</summary>
    private bool IsBorrowing(PoolAttempt attempt) => _borrows.TryGetValue(KindOf(attempt), out var borrows) ? borrows :
        _shares.IsAboveNominal(attempt.Spec.Quota, [.. attempt.Amounts.Select(a => a with { Amount = 0 })]) == true;

    /// <summary>Starting it would use nothing that others are owed.</summary>
    private bool IsOwed(PoolAttempt attempt) =>
        !(attempt.Outlook?.Borrows ?? _shares.IsAboveNominal(attempt.Spec.Quota, MostAskedBy(attempt.Spec)) == true);

    private void Refuse(PendingGroup group, PoolAttempt attempt, QuotaRefusal refusal)
    {
        _queue.SetQuotaFull(group, refusal);
        if (refusal.Owed)
        {
            _kept.Add(attempt.Id);
            _claimsStale = true;
        }
    }

    /// <summary>It does not wait for its quota any more; a lease would end by itself, but others wait too.</summary>
    private void LetGoOfQuota(PoolAttempt attempt)
    {
        if (_kept.Remove(attempt.Id) && attempt.Stage == AttemptStage.Queued)
        {
            _letGo.Add(attempt);
        }
    }

    private static (QuotaPath, string) KindOf(PoolAttempt attempt) => (attempt.Spec.Quota, attempt.ResourceNames);

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
