using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Scheduling.Tests.Models;

/// <summary>
/// Runs a model on stories that FsCheck draws; one that fails is made as short and as plain as FsCheck can. MODEL_SEED=7 draws others than
/// the ordinary run (MODEL_SEED=random: new ones), and MODEL_SCALE=20 twenty times as many (with less than 1 nothing is made shorter). A failure says with which MODEL_SEED it
/// comes again.
/// </summary>
internal sealed class ModelCheck(ITestOutputHelper output)
{
    private const ulong OrdinarySeed = 1;

    /// <summary>FsCheck's second half of a seed; odd.</summary>
    private const ulong OrdinaryGamma = 0x9E3779B97F4A7C15;
    private const int NumbersPerStep = 24;
    private const int NumbersAtTheBeginning = 24;

    /// <param name="start">A new subject with its twin.</param>
    /// <param name="weights">How often each verb is drawn beside the others.</param>
    /// <param name="stories">How many are tried with MODEL_SCALE=1.</param>
    /// <param name="length">Steps in the longest.</param>
    /// <param name="mustSee">What is to be seen in a whole run, or it says little.</param>
    public void Run<TVerb>(Func<Model<TVerb>> start, IReadOnlyList<(int Weight, TVerb Verb)> weights, int stories, int length, params IReadOnlyList<string> mustSee)
        where TVerb : struct, Enum
    {
        var scale = double.Parse(Environment.GetEnvironmentVariable("MODEL_SCALE") ?? "1", CultureInfo.InvariantCulture);
        var seed = Environment.GetEnvironmentVariable("MODEL_SEED") ?? "";
        var (first, gamma, size) = SeedOf(seed);
        var sightings = new Sightings();
        var config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(Math.Max(1, (int)(stories * scale))).WithStartSize(2).WithEndSize(length);
        config = size is { } only ? config.WithReplay(first, gamma, only) : config.WithReplay(first, gamma);
        output.WriteLine($"MODEL_SEED={seed switch { "" or "random" => $"{first}", _ => seed }} MODEL_SCALE={scale}: {config.MaxTest} stories of up to {length} steps");
        Check.One(config, Prop.ForAll(Stories(weights, shrinks: scale >= 1), story => Tell(start(), story, sightings)));
        output.WriteLine($"seen: {sightings}");
        if (scale < 1 || size is not null)
            return;
        foreach (var what in mustSee)
            Assert.True(sightings.Of(what) > 0, $"'{what}' was never seen: the run says little");
    }

    private static void Tell<TVerb>(Model<TVerb> model, Story<TVerb> story, Sightings sightings) where TVerb : struct, Enum
    {
        model.Sightings = sightings;
        var told = new StringBuilder();
        var number = 0;
        try
        {
            told.AppendLine(CultureInfo.InvariantCulture, $"  begins with {model.Begin(new Dice(story.Beginning))}");
            foreach (var step in story.Steps)
            {
                number++;
                told.AppendLine(CultureInfo.InvariantCulture, $"  {number}. {model.Do(step.Verb, new Dice(step.Numbers))}");
            }

            number++;
            model.End();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var what = number == 0 ? "at the beginning" : number > story.Steps.Length ? "at the end" : $"{number}. {story.Steps[number - 1].Verb}";
            throw new DifferenceException($"\n{told}  {what}: {e.Message}\n", e);
        }
    }

    private static Arbitrary<Story<TVerb>> Stories<TVerb>(IReadOnlyList<(int Weight, TVerb Verb)> weights, bool shrinks) where TVerb : struct, Enum
    {
        var verb = Gen.Frequency(weights.Select(w => (w.Weight, Gen.Constant(w.Verb))));
        var step = from v in verb from numbers in Numbers(NumbersPerStep) select new Step<TVerb>(v, numbers);
        var steps = Arb.Array(Arb.From(step, s => Smaller(s.Numbers).Select(n => s with { Numbers = n })));
        var story = from beginning in Numbers(NumbersAtTheBeginning) from s in steps.Generator select new Story<TVerb>(beginning, s);
        if (!shrinks)
            return Arb.From(story);
        return Arb.From(story, s => steps.Shrinker(s.Steps).Select(shorter => s with { Steps = shorter }).Concat(Smaller(s.Beginning).Select(plainer => s with { Beginning = plainer })));
    }

    private static Gen<int[]> Numbers(int count) => Gen.ArrayOf(Gen.Choose(0, Dice.Sides - 1), count);

    /// <summary>Plainer choices: all at once, then one after the other.</summary>
    private static IEnumerable<int[]> Smaller(int[] numbers)
    {
        if (numbers.Any(n => n != 0))
            yield return new int[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            foreach (var less in new[] { 0, numbers[i] / 2, numbers[i] - 1 }.Distinct().Where(n => n >= 0 && n < numbers[i]))
            {
                var smaller = (int[])numbers.Clone();
                smaller[i] = less;
                yield return smaller;
            }
        }
    }

    /// <summary>"7", "random", or what FsCheck says of one story: "12345,6789" with its size, "12345,6789,40".</summary>
    private static (ulong Seed, ulong Gamma, int? Size) SeedOf(string text)
    {
        if (text == "random")
            return ((ulong)Random.Shared.NextInt64(), OrdinaryGamma, null);
        var parts = text.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (
            parts.Length > 0 ? ulong.Parse(parts[0], CultureInfo.InvariantCulture) : OrdinarySeed,
            parts.Length > 1 ? ulong.Parse(parts[1], CultureInfo.InvariantCulture) : OrdinaryGamma,
            parts.Length > 2 ? int.Parse(parts[2], CultureInfo.InvariantCulture) : null);
    }
}
