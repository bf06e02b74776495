using System.Diagnostics;
using System.Globalization;
using Scheduling.Fairness;
using Scheduling.Model;
using Scheduling.Quotas;
using Scheduling.Tests.Quotas;

namespace Benchmarks.Quotas;

/// <summary>How much charging and ordering cost, and the tree against its twin for as long as one likes.</summary>
internal static class QuotaBenchmark
{
    private const int Teams = 1000;
    private const int Users = 10;
    private const int StepsPerSeed = 50_000;
    private static readonly DateTimeOffset Now = new(2026, 3, 11, 12, 0, 0, TimeSpan.Zero);

    public static int Run(TextWriter output, string[] args)
    {
        if (args is ["twin", .. var rest])
            return Twin(output, rest is [var seeds] ? int.Parse(seeds, CultureInfo.InvariantCulture) : 20);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"charge + refund, {Teams} teams x {Users} users, 100,000 live: {Charges():N0} pairs/s"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"refusal of an owner, {Teams - 1} teams borrow: {Refusals():N1} us"));
        var (orders, tick) = Fairness();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fair share: charge, first of 10,000 leaves, refund: {orders:N0} times/s"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fair share: decay of 11,001 levels: {tick:N1} ms"));
        return 0;
    }

    private static int Twin(TextWriter output, int seeds)
    {
        var started = Stopwatch.GetTimestamp();
        SortedDictionary<string, int> answers = new(StringComparer.Ordinal);
        for (var seed = 1000; seed < 1000 + seeds; seed++)
        {
            var run = new QuotaTwinRun(seed);
            run.Run(StepsPerSeed);
            foreach (var (answer, count) in run.Answers)
                answers[answer] = answers.GetValueOrDefault(answer) + count;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{(long)seeds * StepsPerSeed:N0} operations, every answer as the twin's, all conserved; {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s"));
        foreach (var (answer, count) in answers)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {answer,-20} {count,10:N0}"));
        return 0;
    }

    private static double Charges()
    {
        var tree = Tree();
        for (var i = 0; i < 100_000; i++)
            Apply(tree, Charge(i, i % Teams, 10));
        const int Pairs = 200_000;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Pairs; i++)
        {
            Apply(tree, Charge(1_000_000 + i, i % Teams, 10));
            tree.Apply(tree.DecideRefund(new PlanRef(new AttemptId(new JobId($"j{1_000_000 + i}"), 1), 1), Now)!);
        }

        return Pairs / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double Refusals()
    {
        var tree = Tree();
        for (var i = 1; i < Teams; i++)
            Apply(tree, Charge(i, i, 8000 + (i == 1 ? 8000 - (Teams - 2) : 1)));
        var charge = Charge(0, 0, 8000);
        const int Tries = 2000;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Tries; i++)
        {
            if (tree.DecideCharge(charge, Now) is not ChargeDecision.Refuse { Refusal.Owed: true })
                throw new InvalidOperationException("it should be owed");
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / Tries;
    }

    private static (double PerSecond, double TickMs) Fairness()
    {
        var book = new FairShareBook();
        book.SetCapacity([new("gpu", Teams * 8000), new("cpu", Teams * 8000)]);
        var leaves = book.NewLeaves();
        for (var i = 0; i < Teams * Users; i++)
            leaves.Add(Path(i / Users, i));
        const int Times = 200_000;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Times; i++)
        {
            var first = leaves.First!.Value;
            book.Charge(first, [new("gpu", 100), new("cpu", 10)], Now.AddSeconds(i));
            if (i % 2 == 1)
                book.Refund(first, [new("gpu", 100), new("cpu", 10)], Now.AddSeconds(i));
        }

        var perSecond = Times / Stopwatch.GetElapsedTime(started).TotalSeconds;
        started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 10; i++)
            book.Tick(Now.AddSeconds(Times + i));
        return (perSecond, Stopwatch.GetElapsedTime(started).TotalMilliseconds / 10);
    }

    private static QuotaTree Tree()
    {
        var tree = new QuotaTree("main");
        tree.Apply(QuotaEntry.SpecSet(new("main"), new QuotaSpec { Nominal = [new("gpu", Teams * 8000)] }, Now));
        for (var t = 0; t < Teams; t++)
            tree.Apply(QuotaEntry.SpecSet(new($"main/t{t}"), new QuotaSpec { Nominal = [new("gpu", 8000)] }, Now));
        return tree;
    }

    private static void Apply(QuotaTree tree, QuotaCharge charge)
    {
        if (tree.DecideCharge(charge, Now) is not ChargeDecision.Change { Entry: var entry })
            throw new InvalidOperationException($"{charge.Attempt} is refused");
        tree.Apply(entry);
    }

    private static QuotaPath Path(int team, int user) => new($"main/t{team}/u{user % Users}");

    private static QuotaCharge Charge(int job, int team, long gpu) => new()
    {
        Attempt = new AttemptId(new JobId($"j{job}"), 1), Path = Path(team, job / Teams), Amounts = [new("gpu", gpu), new("cpu", gpu), new("gpu/H100", gpu)], Plan = 1,
    };
}
