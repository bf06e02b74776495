namespace Cli.Tests;

/// <summary>Runs the client in this process and keeps what it wrote.</summary>
internal sealed record CliRun(int Code, string Out, string Error)
{
    public static Task<CliRun> Of(params string[] args) => Of(null, args);

    public static Task<CliRun> Of(FakeGateway? gateway, params string[] args) => Of(gateway, w => w, args);

    public static async Task<CliRun> Of(FakeGateway? gateway, Func<World, World> change, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var environment = new Dictionary<string, string?> { ["SCHED_SERVER"] = gateway?.Url ?? "http://127.0.0.1:9", ["SCHED_CONFIG"] = "/nonexistent/sched.json" };
        var world = change(new World
        {
            Out = TextWriter.Synchronized(output),
            Error = TextWriter.Synchronized(error),
            In = TextReader.Null,
            Environment = environment.GetValueOrDefault,
            Time = new HastyTimeProvider(),
        });
        var code = await App.Run(args, world);
        return new CliRun(code, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }
}
