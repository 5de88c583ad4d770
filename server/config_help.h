/* The configuration's documentation, drawn from its table: for the terminal, as a commented ini
 * file, as a manual page. Main thread. */
#ifndef IMGCRAWL_CONFIG_HELP_H
#define IMGCRAWL_CONFIG_HELP_H

#include <stdio.h>

void config_help_print(FILE *out); /* imgcrawl help config */
void config_help_ini(FILE *out);   /* … --ini: configs/imgcrawl.ini */
void config_help_man(FILE *out);   /* … --man: configs/imgcrawl.ini.5 */

#endif
