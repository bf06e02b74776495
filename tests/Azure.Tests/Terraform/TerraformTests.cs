using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Azure.Tests.Terraform;

/// <summary>
/// deploy/azure under the real Terraform with azurerm's schema: every resource, attribute, block and type, every reference and function, and what a plan of it comes to, as
/// deploy/azure/tests say it should. No subscription is touched. Without Terraform on the machine these are skipped.
/// </summary>
public sealed partial class TerraformTests : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("deploy-azure").FullName;
    private readonly string? _terraform = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(p => Path.Combine(p, "terraform")).FirstOrDefault(File.Exists);
    private SchemaProvider _provider = null!;

    public async ValueTask InitializeAsync()
    {
        Copy(Path.Combine(Root(), "deploy", "azure"), _folder);
        _provider = await SchemaProvider.Start(Path.Combine(Root(), "tests", "data", "azurerm", "schema.json"));
    }

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_module_is_valid_against_the_providers_schema_and_formatted()
    {
        await Well("init", "-backend=false", "-input=false", "-no-color");
        await Well("validate", "-no-color");
        await Well("fmt", "-check", "-recursive", "-no-color");
        Assert.Contains("GetProviderSchema", _provider.Called);
        Assert.Contains("ValidateResourceConfig", _provider.Called);
    }

    [Theory]
    [InlineData("node_count            = 0", "node_count            = \"none\"", "a number is required")]
    [InlineData("pod_subnet_id         = azurerm_subnet.pods.id", "pods_subnet_id        = azurerm_subnet.pods.id", "Unsupported argument")]
    [InlineData("account_tier                    = \"Standard\"", "", "The argument \"account_tier\" is required")]
    [InlineData("  identity {\n    type = \"SystemAssigned\"\n  }", "  identities {\n    type = \"SystemAssigned\"\n  }", "Unsupported block type")]
    [InlineData("azurerm_subnet.nodes.id", "azurerm_subnet.node.id", "Reference to undeclared resource")]
    [InlineData("ignore_changes = [node_count,", "ignore_changes = [nodes_count,", "Unsupported attribute")]
    public async Task What_the_schema_does_not_have_is_found(string what, string instead, string complaint)
    {
        var file = Path.Combine(_folder, "main.tf");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains(what, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, text.Replace(what, instead, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await Well("init", "-backend=false", "-input=false", "-no-color");
        var (code, output) = await Run("validate", "-no-color");
        Assert.Equal(1, code);
        Assert.Contains(complaint, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_of_the_module_is_what_its_own_tests_say()
    {
        await Well("init", "-backend=false", "-input=false", "-no-color");
        var output = await Well("test", "-no-color");
        Assert.Matches(@"Success! [1-9]\d* passed, 0 failed", output);
    }

    [Fact]
    public async Task The_role_has_the_actions_that_the_manual_names_and_no_others()
    {
        var role = await File.ReadAllTextAsync(Path.Combine(_folder, "identity.tf"), TestContext.Current.CancellationToken);
        var manual = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "azure.md"), TestContext.Current.CancellationToken);
        var named = manual[manual.IndexOf("## Permissions", StringComparison.Ordinal)..];
        named = named[..named.IndexOf("\n## ", 1, StringComparison.Ordinal)];
        var wanted = Action().Matches(role).Select(m => m.Value.Trim('"')).ToHashSet();
        Assert.All(wanted, action => Assert.Contains(string.Join('/', action.Split('/')[^2..]), named, StringComparison.Ordinal));
        Assert.Equal(8, wanted.Count);
    }

    private async Task<string> Well(params string[] arguments)
    {
        var (code, output) = await Run(arguments);
        Assert.True(code == 0, output);
        return output;
    }

    private async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        Assert.SkipWhen(_terraform is null, "terraform is not on this machine: deploy/azure is not checked");
        var start = new ProcessStartInfo(_terraform!, arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["TF_REATTACH_PROVIDERS"], start.Environment["CHECKPOINT_DISABLE"]) = (_provider.Reattach, "1");
        start.Environment["TF_CLI_CONFIG_FILE"] = Path.Combine(_folder, "none.tfrc");
        await File.WriteAllTextAsync(start.Environment["TF_CLI_CONFIG_FILE"]!, "", TestContext.Current.CancellationToken);
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(s_deadline, TimeProvider.System);
        try
        {
            var outputs = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, string.Concat(outputs));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*.tf*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Orleans.Scheduler.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the repository was not found above the program");
        }

        return folder;
    }

    [GeneratedRegex("\"Microsoft\\.(Compute|Network)/[^\"]+\"")]
    private static partial Regex Action();
}
