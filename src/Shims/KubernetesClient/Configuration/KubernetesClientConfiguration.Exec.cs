using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace k8s;

/// <content>Commands that print who asks: client-go's credential plugins.</content>
public partial class KubernetesClientConfiguration
{
    public static TimeSpan ExecTimeout { get; set; } = TimeSpan.FromMinutes(2);

    public static ExecCredentialResponse ExecuteExternalCommand(ExternalExecution config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (string.IsNullOrWhiteSpace(config.Command) || string.IsNullOrWhiteSpace(config.ApiVersion))
        {
            throw new KubeConfigException("External command execution to receive user credentials must include a command and an apiVersion");
        }

        var output = Run(config);
        ExecCredentialResponse response;
        try
        {
            response = KubernetesJson.Deserialize<ExecCredentialResponse>(output);
        }
        catch (JsonException e)
        {
            throw new KubeConfigException($"external exec failed: what {config.Command} printed is no ExecCredential", e);
        }

        return response?.ApiVersion != config.ApiVersion ? throw new KubeConfigException($"external exec failed because api version {response?.ApiVersion} does not match {config.ApiVersion}")
            : response.Status?.IsValid() != true ? throw new KubeConfigException("external exec failed missing token or clientCertificateData field in plugin output")
            : response;
    }

    private static string Run(ExternalExecution config)
    {
        var start = new ProcessStartInfo(config.Command, config.Arguments ?? []) { RedirectStandardOutput = true, UseShellExecute = false, CreateNoWindow = true };
        start.Environment["KUBERNETES_EXEC_INFO"] = $$$"""{"apiVersion":"{{{config.ApiVersion}}}","kind":"ExecCredential","spec":{"interactive":false}}""";
        foreach (var variable in config.EnvironmentVariables ?? [])
        {
            start.Environment[variable["name"]] = variable["value"];
        }

        try
        {
            using var process = Process.Start(start);
            var output = new StringBuilder();
            process.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
            process.BeginOutputReadLine();
            if (!process.WaitForExit(ExecTimeout))
            {
                process.Kill(entireProcessTree: true);
                throw new KubeConfigException("external exec failed due to timeout");
            }

            // Once more without a limit: only this waits for the last lines.
            process.WaitForExit();
            return process.ExitCode == 0 ? output.ToString() : throw new KubeConfigException($"external exec failed: {config.Command} ended with {process.ExitCode}");
        }
        catch (Win32Exception e)
        {
            throw new KubeConfigException($"external exec failed due to: {e.Message}. {config.InstallHint}", e);
        }
    }
}
