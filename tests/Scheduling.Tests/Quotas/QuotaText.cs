using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Tests.Quotas;

/// <summary>A tree as text.</summary>
internal static class QuotaText
{
    /// <summary>The snapshot as one text: two trees with the same text are the same.</summary>
    public static string Text(this QuotaTree tree)
    {
        var s = tree.Snapshot();
        return string.Join('\n',
        [
            $"{s.Cohort} v{s.Version}",
            .. tree.View(new QuotaPath(s.Cohort), _ => true, DateTimeOffset.UnixEpoch)!.Levels.Select(l =>
                $"{l.Path} w{l.Spec.Weight} {string.Join(',', l.Spec.Nominal)} {string.Join(',', l.Spec.Limit)} {string.Join(',', l.Spec.BorrowingLimit)} {string.Join(',', l.Spec.LendingLimit)} used {string.Join(',', l.Used)} {l.Charges} owed {string.Join(',', l.Owed)} borrowed {string.Join(',', l.Borrowed)}"),
            .. s.Levels.Select(l => $"{l.Path} {l.Clock?.At} {l.Clock?.Total} {l.Clock?.Base} {(l.Clock is null ? "" : string.Join(',', l.Clock.Days))}"),
            .. s.Charges.Select(c => $"{c.Attempt} p{c.Plan} {c.Path} {c.Priority} {c.User} {string.Join(',', c.Amounts)}"),
            "refunded " + string.Join(' ', s.Refunded),
            "pools " + string.Join(' ', s.Pools),
        ]);
    }
}
