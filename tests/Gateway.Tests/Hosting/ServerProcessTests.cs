using System.Diagnostics;
using Gateway.Hosting;

namespace Gateway.Tests.Hosting;

/// <summary>The real process: what it refuses to start with, and that it says so in a line.</summary>
public sealed class ServerProcessTests
{
    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://+:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://example.com:0")]
    [InlineData("http://192.0.2.1:0")]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:0")]
    public async Task It_refuses_to_listen_beyond_this_machine_without_authentication(string urls)
    {
        var (code, errors) = await Run(["--urls", urls]);

        Assert.Equal(78, code);
        Assert.Contains("refusing to listen on", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ASPNETCORE_HTTP_PORTS", "8080")]
    [InlineData("ASPNETCORE_HTTPS_PORTS", "8443")]
    [InlineData("ASPNETCORE_URLS", "http://0.0.0.0:0")]
    [InlineData("Kestrel__Endpoints__Api__Url", "http://0.0.0.0:0")]
    public async Task However_it_was_told_to(string variable, string value)
    {
        var (code, errors) = await Run([], (variable, value));

        Assert.Equal(78, code);
        Assert.Contains("refusing to listen on", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        var (code, errors) = await Run(
            ["--urls", "http://0.0.0.0:0", "--Gateway:MaxWorkersPerGang=0", "--Gateway:CallTimeout=00:00:00", "--Auth:Audience=x", "--Gateway:Cohort=No Good"]);

        Assert.Equal(78, code);
        Assert.Equal(5, errors.Length);
    }

    [Fact]
    public async Task What_is_wrong_with_grains_is_told_at_once_over_all_their_sections()
    {
        var (code, errors) = await Run(
            ["--urls", "http://127.0.0.1:0", "--Pools:RoundSize=0", "--Pools:Limits:MaxPlacing=0", "--Racks:MaxLease=00:00:00", "--Quotas:RetryPeriod=00:00:00", "--Nodes:LostAfter=-00:00:01",
             "--Logging:Console:LogLevel:Default=None"]);

        Assert.Equal(78, code);
        Assert.Equal(["Nodes:LostAfter", "Pools:Limits:MaxPlacing", "Pools:RoundSize", "Quotas:RetryPeriod", "Racks:MaxLease"], errors.Select(e => e.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_grain_setting_that_is_no_number_is_told()
    {
        var (code, errors) = await Run(["--urls", "http://127.0.0.1:0", "--Pools:RoundSize=many", "--Logging:Console:LogLevel:Default=None"]);

        Assert.Equal(78, code);
        Assert.Contains("Pools:RoundSize", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_is_no_number_is_told()
    {
        var (code, errors) = await Run(["--Gateway:MaxWorkersPerGang=many"]);

        Assert.Equal(78, code);
        Assert.Contains("MaxWorkersPerGang", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_issuer_without_TLS_elsewhere_is_refused()
    {
        var (code, errors) = await Run(["--Auth:Issuer=http://login.example.com", "--Auth:Audience=x"]);

        Assert.Equal(78, code);
        Assert.Contains("https", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("serve")]
    [InlineData("--data")]
    [InlineData("--time-scale=0")]
    [InlineData("--time-scale=NaN")]
    [InlineData("--time-scale=fast")]
    public async Task Arguments_that_make_no_sense_are_told(string argument)
    {
        var (code, errors) = await Run([argument]);

        Assert.Equal(64, code);
        Assert.EndsWith("see --help", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nowhere/nodes.csv", "--hollow /nowhere/nodes.csv: Could not find")]
    [InlineData("/dev", "--hollow /dev: Access to the path '/dev' is denied.")]
    [InlineData("/dev/null", "--hollow /dev/null: line 1:")]
    [InlineData("synthetic:manyx8", "Hollow: ")]
    public async Task An_inventory_that_cannot_be_read_is_told_in_a_line(string inventory, string message)
    {
        var (code, errors) = await Run(["--urls", "http://127.0.0.1:0", "--hollow", inventory, "--Logging:Console:LogLevel:Default=None"]);

        Assert.Equal(78, code);
        Assert.StartsWith(message, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_used_is_told_in_a_line()
    {
        var (code, errors) = await Run(["--urls", "http://127.0.0.1:0", "--data", "/dev/null/data", "--Logging:Console:LogLevel:Default=None"]);

        Assert.Equal(73, code);
        Assert.Contains("data folder", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_given()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        Assert.Equal(0, await ServerProcess.Run(["--help"], output, errors));
        Assert.Contains("--hollow", output.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(int Code, string[] Errors)> Run(string[] args, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(GatewayApp).Assembly.Location, .. args]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await process.WaitForExitAsync(patience.Token);
            Assert.Equal("", await output);
            return (process.ExitCode, (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
