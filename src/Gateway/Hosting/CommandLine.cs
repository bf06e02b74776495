using System.Globalization;

namespace Gateway.Hosting;

/// <summary>What the process was started with. <see cref="Settings"/> override the configuration.</summary>
public sealed record CommandLine
{
    public const string Usage =
        """
        Usage: dotnet Orleans.Scheduler.Gateway.dll [options]
          --data DIR           where state is kept (default: ./data)
          --urls URL[;URL]     where to listen (default: http://127.0.0.1:8080)
          --hollow INVENTORY   run simulated nodes from a CSV file, or synthetic:NODESxGPUS[:MODEL]
          --kubeconfig FILE    serve the Kubernetes cluster of this file; several by settings
          --time-scale N       how much faster than the clock simulated workers run (default: 1)
          --Section:Key=VALUE  any setting, for example --Auth:Issuer=https://login.example.com
          --help
        Instead of serving: store export|import|check|backup FILE (see store --help)
        """;

    public string? Data { get; init; }

    public string? Urls { get; init; }

    /// <summary>A CSV file of machines, or synthetic:NODESxGPUS[:MODEL]; null runs none.</summary>
    public string? Hollow { get; init; }

    /// <summary>How one Kubernetes cluster is reached; null: as the settings say.</summary>
    public string? Kubeconfig { get; init; }

    public double TimeScale { get; init; } = 1;

    public bool Help { get; init; }

    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Null, with why, when the arguments make no sense.</summary>
    public static CommandLine? Parse(IReadOnlyList<string> args, out string? fault)
    {
        fault = null;
        var line = new CommandLine();
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].IndexOf('=', StringComparison.Ordinal) is var equals and > 0
                ? (args[i][..equals], args[i][(equals + 1)..])
                : (args[i], null);
            if (name is "--help" or "-h")
                return new CommandLine { Help = true };
            if (name.StartsWith("--", StringComparison.Ordinal) && name.Contains(':', StringComparison.Ordinal) && value is not null)
            {
                settings[name[2..]] = value;
                continue;
            }

            if (name is not ("--data" or "--urls" or "--hollow" or "--time-scale" or "--kubeconfig"))
                return Fail($"unknown option '{args[i]}'", out fault);
            value ??= ++i < args.Count ? args[i] : null;
            if (string.IsNullOrWhiteSpace(value))
                return Fail($"{name} needs a value", out fault);
            var scale = line.TimeScale;
            if (name == "--time-scale" && (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out scale) || !(scale > 0) || !double.IsFinite(scale)))
                return Fail("--time-scale must be a number above 0", out fault);
            line = name switch
            {
                "--data" => line with { Data = value },
                "--urls" => line with { Urls = value },
                "--hollow" => line with { Hollow = value },
                "--kubeconfig" => line with { Kubeconfig = value },
                _ => line with { TimeScale = scale },
            };
        }

        if (line.Urls is not null)
            settings["urls"] = line.Urls;
        return line with { Settings = settings };
    }

    private static CommandLine? Fail(string why, out string? fault)
    {
        fault = why;
        return null;
    }
}
