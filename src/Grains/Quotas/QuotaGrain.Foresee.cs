using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Grains.Quotas;

/// <content>What pools ask before they make anybody leave.</content>
internal sealed partial class QuotaGrain
{
    public async Task<Foresight> Foresee(ForeseeBatch batch)
    {
        var now = time.GetUtcNow();
        var freed = EndEarmarks(now);
        var outlooks = ImmutableArray.CreateBuilder<ChargeOutlook>(batch.Questions.Length);
        foreach (var question in batch.Questions)
        {
            var outlook = _tree.Foresee(question.Charge, question.Without, now);
            outlooks.Add(outlook);
            if (question.Keep && outlook is { Now: not null, Then: null })
                _tree.Earmark(question.Charge, now + options.Value.EarmarkLease);
            if (outlook.Then is { Problem: null } refusal)
                _waiters.Add(batch.Pool, refusal.Path);
        }

        var foresight = new Foresight
        {
            Outlooks = outlooks.MoveToImmutable(),
            Borrowing = [.. batch.Running.Where(_tree.IsBorrowing)],
            Settings = batch.KnownVersion == _tree.Version ? null : new LevelSettings { Version = _tree.Version, Levels = _tree.Settings },
        };
        ArmWake(now);
        await TellOfRoom(freed);
        return foresight;
    }

    public Task<ImmutableArray<QuotaRefusal?>> ForeseeEach(ImmutableArray<ChargeQuestion> questions) =>
        Task.FromResult(_tree.ForeseeEach([.. questions.Select(q => new ForeseenCharge(q.Charge, q.Keep))], time.GetUtcNow()));

    public Task<QuotaSnapshot> GetState(AttemptId? after, int limit)
    {
        const int LargestPage = 10_000;
        var state = _tree.Snapshot();
        var charges = state.Charges.Where(c => after is not { } last || IsAfter(c.Attempt, last)).Take(Math.Clamp(limit, 1, LargestPage));
        return Task.FromResult(state with { Levels = after is null ? state.Levels : [], Charges = [.. charges], Refunded = [] });

        static bool IsAfter(AttemptId attempt, AttemptId last) =>
            attempt.Job.CompareTo(last.Job) is var order && (order > 0 || (order == 0 && attempt.Number > last.Number));
    }
}
