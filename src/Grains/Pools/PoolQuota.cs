using Grains.Quotas;
using Microsoft.Extensions.Logging;
using Scheduling;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;
using Scheduling.Quotas;

namespace Grains.Pools;

/// <summary>
/// What a pool asks its quota trees beside charges: who borrows, what a gang would be told, and whether it pays to make room for it. A tree that
/// does not answer is asked again later; until then nobody is asked to leave for one of its gangs.
/// </summary>
internal sealed class PoolQuota(PoolCore core, IGrainFactory grains, ILogger log)
{
    private PoolMachine Machine => core.Machine;

    /// <summary>Before promises are planned: what the trees say to those that would get one, and of those that run.</summary>
    public Task Ask()
    {
        var heads = Machine.HeadsToHelp().ToLookup(h => h.Spec.Quota.Cohort);
        if (heads.Count == 0)
        {
            return Task.CompletedTask;
        }

        var running = Machine.WhoMayBorrow().ToDictionary(g => g.Key, g => g.ToList());
        return Each(heads.Select(h => h.Key).Union(running.Keys), async cohort =>
        {
            var asked = heads[cohort].ToList();
            var known = running.GetValueOrDefault(cohort) ?? [];
            var answer = await Foresee(cohort, new ForeseeBatch
            {
                Pool = Machine.Pool,
                Questions = [.. asked.Select(h => new ChargeQuestion { Charge = Machine.ChargeOf(h) })],
                Running = [.. known.Select(a => a.Id)],
                KnownVersion = Machine.KnownVersion(cohort),
            });
            Machine.SeeBorrowing(known, answer.Borrowing.ToHashSet());
            for (var i = 0; i < asked.Count; i++)
            {
                Machine.SeeOutlook(asked[i].Id, answer.Outlooks[i]);
            }
        });
    }

    /// <summary>
    /// Before anybody is asked to leave: whether the gang could be charged once they are gone. Of those that could, what is given back is kept
    /// for them. Answers for whom it may go on; the other promises are off.
    /// </summary>
    /// <param name="standing">Also those of which nobody is left to be asked, so that what is kept for them stays kept.</param>
    public async Task<IReadOnlySet<AttemptId>> Confirm(bool standing)
    {
        var agreed = new HashSet<AttemptId>();
        await Each(Machine.ClaimsToConfirm(standing).GroupBy(c => Machine.Find(c.For)!.Spec.Quota.Cohort).Select(g => (g.Key, g.ToList())), async of =>
        {
            var (cohort, claims) = of;
            var answer = await Foresee(cohort, new ForeseeBatch
            {
                Pool = Machine.Pool, Questions = [.. claims.Select(ToQuestion)], KnownVersion = Machine.KnownVersion(cohort),
            });
            for (var i = 0; i < claims.Count; i++)
            {
                if (Machine.Promises.TryGetValue(claims[i].For, out var still) && ReferenceEquals(still, claims[i])
                    && core.Tell().Confirm(claims[i].For, answer.Outlooks[i]))
                {
                    agreed.Add(claims[i].For);
                }
            }
        });
        return agreed;
    }

    /// <summary>These do not wait any more for what is kept for them. Without an answer the lease ends it.</summary>
    public Task LetGo(IReadOnlyList<PoolAttempt> attempts) => Each(
        attempts.GroupBy(a => a.Spec.Quota.Cohort), of => grains.GetGrain<IQuotaGrain>(of.Key).CallOff([.. of.Select(a => a.Id)]));

    /// <summary>
    /// Whom their trees would charge, one beside the other, each tree at one moment: first those that are being placed or that others leave for, then those that machines
    /// were bought for, then the rest, each in their order. A tree that does not answer says nothing of anybody.
    /// </summary>
    /// <param name="waiting">Who has no room.</param>
    /// <param name="before">Who is charged before them, or was.</param>
    public async Task<Admission> Admit(IReadOnlyList<PoolAttempt> waiting, IReadOnlyList<PoolAttempt> before)
    {
        var admission = new Admission([], []);
        await Each(before.Union(waiting).GroupBy(a => a.Spec.Quota.Cohort).Select(g => (g.Key, g.ToList())), async of =>
        {
            var all = of.Item2.OrderBy(a => a.Stage != AttemptStage.Queued || Machine.IsMadeRoomFor(a) ? 0 : Machine.OwnsMachines(a.Id) ? 1 : 2).ToList();
            var refusals = await grains.GetGrain<IQuotaGrain>(of.Key).ForeseeEach([.. all.Select(ToAdmit)]);
            for (var i = 0; i < all.Count; i++)
            {
                (refusals[i] is null || Machine.IsMadeRoomFor(all[i]) ? admission.Granted : admission.Refused).Add(all[i].Id);
            }
        });
        return admission;
    }

    /// <summary>What quota said of attempts at one moment.</summary>
    public sealed record Admission(HashSet<AttemptId> Granted, HashSet<AttemptId> Refused);

    /// <summary>What a plan charges; of who has none yet, what one would.</summary>
    public QuotaCharge ChargeOf(PoolAttempt attempt) => attempt.Stage switch
    {
        AttemptStage.Queued => Machine.ChargeOf(attempt),

        // Its charge may be refunded, and would not be taken again under its plan.
        AttemptStage.Freeing => Machine.ChargeOf(attempt) with { Amounts = attempt.Amounts },
        _ => Machine.ChargeOf(attempt) with { Amounts = attempt.Amounts, Plan = attempt.Plan },
    };

    /// <summary>What is set in the tree decides whose turn it is.</summary>
    public void Learn(string cohort, LevelSettings? settings)
    {
        if (settings is not null)
        {
            core.Tell().SetLevels(CohortLevels.Of(cohort, settings.Version, settings.Levels));
        }
    }

    /// <summary>Others leave for it: it is counted whatever its tree says while they are there, and so are they. Who comes after it may use what they leave, then.</summary>
    private ChargeQuestion ToAdmit(PoolAttempt attempt) => new() { Charge = ChargeOf(attempt), Keep = Machine.IsMadeRoomFor(attempt) };

    private ChargeQuestion ToQuestion(Claim claim) => new()
    {
        Charge = Machine.ChargeOf(Machine.Find(claim.For)!), Without = Machine.GoneFor(claim), Keep = true,
    };

    private async Task<Foresight> Foresee(string cohort, ForeseeBatch batch)
    {
        var answer = await grains.GetGrain<IQuotaGrain>(cohort).Foresee(batch);
        Learn(cohort, answer.Settings);
        return answer;
    }

    private Task Each<T>(IEnumerable<T> trees, Func<T, Task> ask) => Task.WhenAll(trees.ToList().Select(async tree =>
    {
        try
        {
            await ask(tree);
        }
        catch (Exception e) when (e is not InvariantViolationException)
        {
            GrainLog.StepFailed(log, e, Machine.Pool.Value, "asking the quota");
        }
    }));
}
