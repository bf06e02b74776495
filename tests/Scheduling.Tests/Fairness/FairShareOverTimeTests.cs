using System.Collections.Immutable;
using Scheduling.Fairness;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Tests.Fairness;

/// <summary>What teams get in the long run, when they all want more than there is.</summary>
public sealed class FairShareOverTimeTests
{
    private const long Gpus = 400;
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);

    private sealed record Team(string Name, int Weight, int[] Sizes, int[] Hours, int Users);

    public static TheoryData<string, int> Greed => new()
    {
        { "asks like the others", 1 },
        { "asks for gangs four times as large", 2 },
        { "splits its work among fifty users", 3 },
        { "runs its jobs eight times as long", 4 },
        { "asks for far more CPU than it needs", 5 },
    };

    /// <summary>DRF's strategy-proofness (Ghodsi et al., §3), for a team that asks for more than its share in each way it can.</summary>
    [Theory]
    [MemberData(nameof(Greed))]
    public void A_team_that_asks_for_more_never_gets_more_than_its_weights_share(string how, int kind)
    {
        var green = kind switch
        {
            2 => new Team("green", 3, [4, 32], [1, 3], 3),
            3 => new Team("green", 3, [1, 8], [1, 3], 50),
            4 => new Team("green", 3, [1, 8], [8, 24], 3),
            _ => new Team("green", 3, [1, 8], [1, 3], 3),
        };
        var cpuOfGreen = kind == 5 ? 30 : 10;
        Team[] teams = [new("red", 1, [1, 8], [1, 3], 3), new("blue", 2, [1, 8], [1, 3], 3), green];

        var got = Run(teams, cpuOfGreen, TimeSpan.FromHours(24), days: 20);

        var all = got.Values.Sum();
        var greens = got["green"] / all;
        Assert.True(greens < 0.5 + 0.02, $"green {how} and gets {greens:p1}");
        if (kind == 5)
            return; // It is held by its CPU, and the others share what GPUs it leaves.
        foreach (var team in teams)
            Assert.True(Math.Abs((got[team.Name] / all) - (team.Weight / 6.0)) < 0.02, $"green {how}: {team.Name} gets {got[team.Name] / all:p1}");
        Assert.True(all > 0.97 * Gpus * 20 * 24, $"{all} GPU-hours of {Gpus * 20 * 24} were used");
    }

    [Fact]
    public void Who_was_away_is_served_first_and_the_debt_is_forgotten_with_the_half_life()
    {
        Team[] teams = [new("red", 1, [1, 8], [1, 3], 3), new("blue", 1, [1, 8], [1, 3], 3)];

        var early = Run(teams, 10, TimeSpan.FromHours(24), days: 4, redFrom: TimeSpan.FromDays(3));
        Assert.True(early["red"] > 1.1 * early["blue"], $"in its first day red gets {early["red"]}, blue {early["blue"]}");

        var late = Run(teams, 10, TimeSpan.FromHours(24), days: 33, redFrom: TimeSpan.FromDays(3), countFrom: TimeSpan.FromDays(13));
        Assert.Equal(1, late["red"] / late["blue"], 0.02);

        var withoutMemory = Run(teams, 10, TimeSpan.Zero, days: 4, redFrom: TimeSpan.FromDays(3), countFrom: TimeSpan.FromDays(3.2));
        Assert.Equal(1, withoutMemory["red"] / withoutMemory["blue"], 0.05);
    }

    /// <summary>Every team always has another job; a free GPU goes to the first in order. Answers GPU-hours by team.</summary>
    private static Dictionary<string, double> Run(
        Team[] teams, int cpuOfGreen, TimeSpan halfLife, int days, TimeSpan redFrom = default, TimeSpan? countFrom = null)
    {
        var random = new Random(7);
        var book = new FairShareBook(halfLife);
        book.SetCapacity([new("gpu", Gpus), new("cpu", Gpus * 12)]);
        var wanting = book.NewLeaves();
        foreach (var team in teams)
        {
            book.SetLevel(new QuotaPath($"c/{team.Name}"), team.Weight, []);
            for (var u = 0; u < team.Users && (team.Name != "red" || redFrom == default); u++)
                wanting.Add(new QuotaPath($"c/{team.Name}/u{u}"));
        }

        var got = teams.ToDictionary(t => t.Name, _ => 0.0);
        var running = new PriorityQueue<(QuotaPath Path, ImmutableArray<ResourceAmount> Amounts), DateTimeOffset>();
        var (gpu, cpu) = (Gpus, Gpus * 12);
        var from = Start + (countFrom ?? redFrom);
        var (now, end) = (Start, Start.AddDays(days));
        while (now < end)
        {
            if (redFrom != default && now >= Start + redFrom)
                Enumerable.Range(0, 3).ToList().ForEach(u => wanting.Add(new QuotaPath($"c/red/u{u}")));
            while (wanting.First is { } path)
            {
                var team = teams.Single(t => path.Value.StartsWith($"c/{t.Name}/", StringComparison.Ordinal));
                var size = team.Sizes[random.Next(team.Sizes.Length)];
                var perGpu = team.Name == "green" ? cpuOfGreen : 10;
                if (size > gpu || size * perGpu > cpu)
                    break; // It waits for its turn: nobody passes it.
                ImmutableArray<ResourceAmount> amounts = [new("gpu", size), new("cpu", size * perGpu)];
                var length = TimeSpan.FromHours(random.Next(team.Hours[0] * 60, team.Hours[1] * 60) / 60.0);
                book.Charge(path, amounts, now);
                (gpu, cpu) = (gpu - size, cpu - (size * perGpu));
                running.Enqueue((path, amounts), now + length);
                got[team.Name] += size * Math.Max(0, (Min(end, now + length) - Max(from, now)).TotalHours);
            }

            running.TryDequeue(out var over, out now);
            book.Refund(over.Path, over.Amounts, now);
            (gpu, cpu) = (gpu + over.Amounts[0].Amount, cpu + over.Amounts[1].Amount);
            book.Tick(now);
        }

        return got;
    }

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
