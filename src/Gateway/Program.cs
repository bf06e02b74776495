using Gateway.Hosting;

return await ServerProcess.Run(args, Console.Out, Console.Error);
