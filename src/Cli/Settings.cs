using System.Text.Json;
using Cli.Output;

namespace Cli;

/// <summary>Where the server is and who asks: flags before environment before the config file before defaults.</summary>
internal sealed record Settings
{
    public const string DefaultServer = "http://127.0.0.1:8080";

    /// <summary>Keys of the config file.</summary>
    public static readonly IReadOnlyList<string> Keys = ["server", "token-file", "output"];

    public required Setting Server { get; init; }

    public required Setting TokenFile { get; init; }

    public required Setting Output { get; init; }

    /// <summary>SCHED_TOKEN itself; null when it is not set.</summary>
    public string? TokenValue { get; init; }

    public static Settings Find(Func<string, string?> environment, string? server, string? tokenFile, string? output)
    {
        var path = ConfigPath(environment);
        var file = Read(path);
        return new Settings
        {
            Server = First((server, "--server"), (environment("SCHED_SERVER"), "SCHED_SERVER"), (file.GetValueOrDefault("server"), path), (DefaultServer, "default")),
            TokenFile = First((tokenFile, "--token-file"), (environment("SCHED_TOKEN_FILE"), "SCHED_TOKEN_FILE"), (file.GetValueOrDefault("token-file"), path)),
            Output = First((output, "--output"), (environment("SCHED_OUTPUT"), "SCHED_OUTPUT"), (file.GetValueOrDefault("output"), path), ("table", "default")),

            // A flag says it for this call, so it goes before the environment.
            TokenValue = tokenFile is null ? Blank(environment("SCHED_TOKEN")) : null,
        };
    }

    public static string ConfigPath(Func<string, string?> environment)
    {
        var home = Blank(environment("XDG_CONFIG_HOME")) ?? Path.Combine(Blank(environment("HOME")) ?? ".", ".config");
        return Blank(environment("SCHED_CONFIG")) ?? Path.Combine(home, "sched", "config.json");
    }

    public static Dictionary<string, string> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            var values = JsonSerializer.Deserialize(File.ReadAllText(path), SettingsJson.Default.DictionaryStringString) ?? [];
            return values.Keys.FirstOrDefault(k => !Keys.Contains(k)) is { } unknown
                ? throw CliException.Usage($"{path}: unknown key \"{unknown}\"; known are {string.Join(", ", Keys)}")
                : values;
        }
        catch (JsonException e)
        {
            throw CliException.Usage($"{path} is not a JSON object of strings ({e.Message}); mend it or delete it");
        }
    }

    public Uri ServerUri() =>
        Uri.TryCreate(Server.Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.Query.Length == 0
            ? new Uri(uri.AbsoluteUri.TrimEnd('/') + "/")
            : throw CliException.Usage($"the server is \"{Server.Value}\" (from {Server.Source}); write a URL like {DefaultServer}");

    public OutputFormat Format() => Output.Value switch
    {
        "table" => OutputFormat.Table,
        "wide" => OutputFormat.Wide,
        "json" => OutputFormat.Json,
        "yaml" => OutputFormat.Yaml,
        "name" => OutputFormat.Name,
        _ => throw CliException.Usage($"the output format is \"{Output.Value}\" (from {Output.Source}); write table, wide, json, yaml or name"),
    };

    /// <summary>The bearer token; null when none is configured (a development server asks for none).</summary>
    public string? Token()
    {
        if (TokenValue is not null)
        {
            return Checked(TokenValue, "SCHED_TOKEN");
        }

        if (TokenFile.Value is null)
        {
            return null;
        }

        try
        {
            return Checked(File.ReadAllText(TokenFile.Value), TokenFile.Value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.NotAuthorised, $"the token file {TokenFile.Value} (from {TokenFile.Source}) cannot be read: {e.Message}", e);
        }
    }

    private static string Checked(string token, string source)
    {
        var trimmed = token.Trim();
        return trimmed.Length > 0 && trimmed.All(c => c is > ' ' and < '\u007f')
            ? trimmed
            : throw new CliException(ExitCode.NotAuthorised, $"{source} holds no token; a token is one line of visible ASCII");
    }

    private static Setting First(params ReadOnlySpan<(string? Value, string Source)> candidates)
    {
        foreach (var (value, source) in candidates)
        {
            if (Blank(value) is { } found)
            {
                return new Setting(found, source);
            }
        }

        return new Setting(null, "not set");
    }

    private static string? Blank(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
