using System.Globalization;

namespace Simulation;

/// <summary>What build/simulate.sh was asked for.</summary>
internal sealed record LongRunOptions
{
    public const string Usage = """
        usage: build/simulate.sh [--steps 1e9] [--hours H] [--runs N] [--seed N] [--profile NAME] [--threads N]
                                 [--all 1] [--verbose | --transcript | --trace]
        Runs simulated clusters, seed after seed, until so many steps, hours or runs are over (the default is 1e9 steps) or a
        violation is found: then it prints the seed and a shrunk transcript, and exits with 1. With --all it goes on, and shrinks nothing.
        """;

    public long Steps { get; private init; } = 1_000_000_000;

    public TimeSpan Time { get; private init; } = TimeSpan.MaxValue;

    public int Seeds { get; private init; } = int.MaxValue;

    public int Seed { get; private init; } = 1;

    public IReadOnlyList<Profile> Profiles { get; private init; } = Profile.OfLongRuns;

    public int Threads { get; private init; } = Environment.ProcessorCount;

    /// <summary>What is found ends nothing: all that is found is counted and printed.</summary>
    public bool All { get; private init; }

    /// <summary>Every seed is printed.</summary>
    public bool Verbose { get; private init; }

    /// <summary>Every operation and fault too.</summary>
    public bool Transcript { get; private init; }

    /// <summary>Every step too.</summary>
    public bool Trace { get; private init; }

    /// <returns>Null when something is not understood; <paramref name="problem"/> then says what.</returns>
    public static LongRunOptions? Parse(string[] args, out string problem)
    {
        var options = new LongRunOptions();
        problem = Usage;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] is "--verbose" or "--transcript" or "--trace")
            {
                options = options with { Verbose = true, Transcript = options.Transcript || args[i] != "--verbose", Trace = options.Trace || args[i] == "--trace" };
                continue;
            }

            if (i + 1 == args.Length || Set(options, args[i], args[i + 1]) is not { } next)
            {
                problem = args[i] is "-h" or "--help" ? Usage : $"'{string.Join(' ', args.Skip(i).Take(2))}' is not understood.\n{Usage}";
                return null;
            }

            options = next;
            i++;
        }

        return options;
    }

    private static LongRunOptions? Set(LongRunOptions options, string name, string value)
    {
        if (name == "--profile")
        {
            return Profile.All.FirstOrDefault(p => p.Name == value) is { } profile ? options with { Profiles = [profile] } : null;
        }

        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || number < 0)
        {
            return null;
        }

        return name switch
        {
            "--steps" => options with { Steps = (long)number },
            "--hours" => options with { Time = TimeSpan.FromHours(number), Steps = long.MaxValue },
            "--runs" => options with { Seeds = (int)number, Steps = long.MaxValue },
            "--seed" => options with { Seed = (int)number },
            "--all" => options with { All = number > 0 },
            "--threads" => options with { Threads = Math.Max(1, (int)number) },
            _ => null,
        };
    }
}
