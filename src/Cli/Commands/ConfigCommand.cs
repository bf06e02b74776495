using System.CommandLine;
using System.Text.Json;
using Cli.Output;

namespace Cli.Commands;

/// <summary><c>sched config</c>: which settings hold and where they are from; and the config file.</summary>
internal static class ConfigCommand
{
    public static Command Create(Globals globals) => new("config", "Show and change this client's settings") { Show(globals), Set(globals) };

    private static Command Show(Globals globals)
    {
        var command = new Command("show", "Show which settings hold and where they are from");
        command.SetAction(parsed =>
        {
            var settings = globals.Settings(parsed);
            var token = settings.TokenValue is null ? settings.TokenFile : new Setting("(set)", "SCHED_TOKEN");
            globals.Printer(parsed).Table(["SETTING", "VALUE", "FROM"], new IReadOnlyList<string?>[]
            {
                ["server", settings.Server.Value, settings.Server.Source],
                [settings.TokenValue is null ? "token-file" : "token", token.Value, token.Source],
                ["output", settings.Output.Value, settings.Output.Source],
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Set(Globals globals)
    {
        var key = new Argument<string>("key") { Description = string.Join(", ", Settings.Keys) };
        key.AcceptOnlyFromAmong([.. Settings.Keys]);
        var value = new Argument<string>("value") { Description = "The new value; an empty one removes it" };
        var command = new Command("set", "Write a setting to the config file") { key, value };
        command.SetAction(parsed =>
        {
            var path = Settings.ConfigPath(globals.World.Environment);
            var file = Settings.Read(path);
            file.Remove(parsed.GetValue(key)!);
            if (parsed.GetValue(value) is { Length: > 0 } text)
            {
                file[parsed.GetValue(key)!] = text;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

            // Written beside and moved: a full disk leaves the old file.
            var beside = path + ".new";
            File.WriteAllText(beside, JsonSerializer.Serialize(file, SettingsJson.Default.DictionaryStringString) + "\n");
            File.Move(beside, path, overwrite: true);
            globals.Printer(parsed).Say($"written to {path}");
            return ExitCode.Ok;
        });
        return command;
    }
}
